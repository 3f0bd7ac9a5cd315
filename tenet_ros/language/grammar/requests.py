"""Words with which something is asked for; they say nothing of what it is."""

from __future__ import annotations

from tenet_ros.language.grammar.words import vocabulary

__all__ = [
    'FAREWELLS',
    'GOING',
    'POLITE',
    'REQUESTS',
    'REQUEST_IDIOMS',
    'REQUEST_PARTICLES',
    'REQUEST_VERBS',
]

POLITE = vocabulary('please hey ok okay now hi hello robot kindly just thanks so well')
REQUESTS = vocabulary(
    'find track follow show get give grab pick take bring fetch locate detect segment select watch '
    'see look go point hand pass choose identify highlight mark is are want need move touch where '
    'outline here search seek spot like looking help try tell whereabouts'
)
REQUEST_VERBS = vocabulary(
    'find grab locate fetch bring give get detect identify select highlight segment grasp follow '
    'search choose show track want need'
)
"""Requests that hardly are nouns, so that any noun phrase may follow."""
REQUEST_PARTICLES = vocabulary(
    'me us up for at to out down there you could would will i it where what do am let lets am please '
    'kindly just again able',
    "'s",
)
FAREWELLS = tuple(
    tuple(words.split())
    for words in (
        'please', 'thanks', 'thank you', 'for me', 'for us', 'now please', 'right now', 'over there',
        'over here', 'if you can', 'if you could', 'would you', 'will you', 'could you', 'do you',
        'can you', 'okay', 'ok', 'is', 'are', 'if possible', 'if you do not mind', 'if you like',
    )
)  # fmt: skip
"""What may end a sentence and says nothing of the object."""
GOING = (('go',), ('gone',), ('got', 'to'), ('gone', 'to'))
"""What ends "where did the mug go"."""
REQUEST_IDIOMS = tuple(
    tuple(words.split())
    for words in [
        'keep an eye on',
        'keep your eyes on',
        'keep your eye on',
        'keep your gaze on',
        'keep tabs on',
        'keep the camera on',
        'train the camera on',
        'concentrate on',
        'home in on',
        'stay on',
        'stay with',
        'do not lose sight of',
        'never lose sight of',
        'do not lose',
        'reach for',
        'reach out for',
        'grab hold of',
        'hand over',
        'pass over',
        'take hold of',
        'catch hold of',
        'let me have',
        'let us have',
        'any chance you could',
        'any chance of',
        'would you be able to',
        'will you be able to',
        'are you able to',
        'is it possible to',
        'do me a favour and',
        'do me a favor and',
        'i wonder where',
        'do you know where',
        'where did',
        'where has',
        'i could not find',
        'could not find',
        'i mean',
        'i am talking about',
        'i am referring to',
        'i am thinking of',
        'work out',
        'let me know where',
        'let me know which',
        'what about',
        'how about',
        'i would love to have',
        'i would love',
        'i would like to have',
        'get the camera to',
        'get the robot to',
        'tell the robot to',
        'tell the camera to',
        'have the robot',
        'your task is to',
        'your job is to',
        *(
            f'{begin} {doing}'
            for begin in ('start', 'begin')
            for doing in ('tracking', 'following')
        ),
        'figure out',
        'find out',
        'pick out',
        'point out',
        'single out',
        'if possible ,',
        'if you could ,',
        'if you would ,',
        'if you do not mind ,',
        'keep track of',
        'keep following',
        'keep tracking',
        'keep watching',
        'focus on',
        'lock on to',
        'lock onto',
        'lock on',
        'zoom in on',
        'take a look at',
        'have a look at',
        'get hold of',
        'go and get',
        'go and find',
        'i am after',
        'the target is',
        'your target is',
        'pay attention to',
        'be so kind as to',
        *(
            f'{mind} {doing}'
            for mind in ('would you mind', 'do you mind', 'mind')
            for doing in (
                'finding',
                'tracking',
                'fetching',
                'getting',
                'passing',
                'grabbing',
                'following',
                'picking up',
                'handing',
                'showing',
                'bringing',
                'giving',
                'watching',
            )
        ),
    ]
)
"""Requests of several words that may not be taken apart."""

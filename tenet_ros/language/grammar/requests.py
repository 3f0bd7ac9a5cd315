"""Words with which something is asked for; they say nothing of what it is."""

from __future__ import annotations

from tenet_ros.language.grammar.words import vocabulary

__all__ = [
    'FAREWELLS',
    'FOLLOWED_BY_IT',
    'GOING',
    'GOING_ON',
    'POLITE',
    'POLITE_ENDS',
    'REQUESTS',
    'REQUEST_IDIOMS',
    'REQUEST_PARTICLES',
    'REQUEST_VERBS',
    'TITLES',
]

POLITE = vocabulary(
    'please hey ok okay now hi hello robot kindly just thanks so well alright yeah yes sorry oi '
    'ah ouch oops oh actually maybe perhaps ooh wow aha whoa yo listen excuse mummy daddy mum dad mommy dear '
    'buddy computer assistant machine sir friend there'
)
TITLES = vocabulary(
    'target object obj task goal query instruction request phrase referent command user item instance '
    'entity class label name description category'
)
"""What stands before a colon."""
GOING_ON = vocabulary('and then but also next')
"""What joins a request to the one before."""
POLITE_ENDS = POLITE | vocabulary('you is')
"""After these a comma may stand in a request: "could you, please, find"."""
REQUESTS = vocabulary(
    'find track follow show get give grab pick take bring fetch locate detect segment select watch '
    'see look go point hand pass choose identify highlight mark is are want need move touch where '
    'outline here search seek spot like looking help try tell whereabouts have needed wanted ask '
    'grasp navigate reach lift drive head turn focus inspect examine label annotate retrieve collect '
    'catch know learn hold observe monitor keep draw remove acquire goto localize localise pinpoint designate '
    'indicate denote specify signal capture recognise recognize spotlight obtain pursue isolate display extract'
)
REQUEST_VERBS = vocabulary(
    'find grab locate fetch bring give get detect identify select highlight segment grasp follow '
    'search choose show track want need navigate inspect examine annotate retrieve collect monitor '
    'acquire goto localize localise pinpoint designate recognise recognize obtain isolate indicate'
)
"""Requests that hardly are nouns, so that any noun phrase may follow."""
REQUEST_PARTICLES = vocabulary(
    'me us up for at to out down there you could would will i it where what do am let lets am please '
    'kindly just again able we they should may might must be possible possibly anybody anyone somebody someone everybody happen have has got to '
    'if hoping hope wondering perhaps maybe ever',
    "'s",
)
FAREWELLS = tuple(
    tuple(words.split())
    for words in (
        'please', 'best', 'the best', 'most of all', 'very much', 'so much', 'as well', 'too', 'thanks', 'thank you', 'for me', 'for us', 'now please', 'right now', 'over there',
        'over here', 'out of your sight', 'out of sight', 'out of view', 'here', 'around here', 'in here', 'somewhere', 'anywhere', 'if you can', 'if you could', 'would you', 'will you', 'could you', 'do you',
        'can you', 'okay', 'ok', 'if possible', 'if you do not mind', 'if you like',
    )
)  # fmt: skip
"""What may end a sentence and says nothing of the object."""
FOLLOWED_BY_IT = vocabulary(
    'find track follow get grab pick take bring fetch locate detect segment select watch see look '
    'point choose identify highlight mark want need meant mean show'
)
"""What ends "there is a mug, can you follow it"."""
GOING = (
    ('go',),
    ('end', 'up'),
    ('ended', 'up'),
    ('gone',),
    ('got', 'to'),
    ('gone', 'to'),
    ('is',),
    ('are',),
)
"""What ends "where did the mug go"."""
REQUEST_IDIOMS = tuple(
    tuple(words.split())
    for words in [
        'how far away is',
        'how far is',
        'how far away are',
        *(
            f'{begin} {adjective} {end}'
            for begin, ends in (
                ('i would be', ('if you could', 'if you would')),
                ('it would be', ('if you could', 'if you would', 'to see', 'to have')),
                ('would you be', ('and', 'as to', 'enough to')),
                ('would you be so', ('as to',)),
                ('be so', ('as to',)),
            )
            for adjective in (
                'grateful',
                'glad',
                'happy',
                'pleased',
                'nice',
                'great',
                'kind',
                'lovely',
                'good',
                'helpful',
                'a dear',
                'an angel',
                'wonderful',
                'delighted',
                'obliged',
            )
            for end in ends
        ),
        *(
            f'{what} {of}'
            for what in (
                'bounding box',
                'box',
                'mask',
                'location',
                'position',
                'coordinates',
                'pose',
                'outline',
                'segmentation',
                'detection',
                'segmentation mask',
                'whereabouts',
                'pixels',
                'contour',
            )
            for of in ('of', 'for', 'around')
            if (what, of) != ('box', 'around') and what != 'box'
        ),
        *(
            f'does the {scene} {have}'
            for scene in ('table', 'scene', 'picture', 'image', 'desk', 'camera', 'robot')
            for have in ('have', 'contain', 'show', 'hold', 'see')
        ),
        *(
            f'{have} {who} {seen}'
            for have, done in (
                ('have', ('noticed', 'seen', 'spotted', 'found', 'detected', 'located', 'got')),
                ('has', ('noticed', 'seen', 'spotted', 'found', 'detected', 'located', 'got')),
                ('did', ('notice', 'see', 'spot', 'find', 'detect', 'locate', 'get')),
                ('do', ('notice', 'see', 'spot', 'find', 'detect', 'recognise', 'recognize')),
            )
            for who in ('you', 'we', 'anyone', 'anybody', 'somebody', 'someone', 'they')
            for seen in done
        ),
        'give me a hand with',
        'give me a hand finding',
        'help me out with',
        'help me with',
        'help out with',
        *(
            f'{what} is the {trait} of'
            for what in ('what', 'which')
            for trait in (
                'colour',
                'color',
                'size',
                'name',
                'position',
                'shape',
                'material',
                'type',
                'kind',
                'pattern',
                'location',
                'direction',
                'speed',
                'distance',
            )
        ),
        *(
            f'{what} {is_}'
            for what in (
                'what colour',
                'what color',
                'which colour',
                'what shape',
                'what size',
                'how fast',
                'how tall',
                'how far',
                'how large',
                'how small',
                'which way',
                'what kind of object',
                'what type of thing',
            )
            for is_ in ('is', 'are', 'has', 'does')
        ),
        *(
            f'{am} {searching}'
            for am in ('i am', 'we are', 'am', 'are you')
            for searching in (
                'searching for',
                'hunting for',
                'looking out for',
                'in search of',
                'in need of',
                'on the lookout for',
                'seeking',
                'waiting for',
                'pointing at',
                'looking at',
                'asking about',
                'trying to find',
                'trying to see',
                'trying to get',
                'watching',
                'following',
                'missing',
            )
        ),
        *(
            f'{take} {shot} of'
            for take in ('take', 'make', 'give me', 'show me')
            for shot in ('a picture', 'a photo', 'a shot', 'a snapshot', 'a close up', 'an image')
        ),
        *(
            f'{ignore} {but}'
            for ignore in (
                'ignore everything',
                'nothing',
                'ignore all',
                'forget everything',
                'hide everything',
                'discard everything',
                'remove everything',
            )
            for but in ('except', 'but', 'except for', 'apart from')
        ),
        'all i want is',
        'all i need is',
        'how big is',
        *(
            f'{change} {target}'
            for change in ('set', 'change', 'switch', 'update')
            for target in (
                'target to',
                'the target to',
                'your target to',
                'goal to',
                'over to',
                'to',
            )
        ),
        *(
            f'{lock} {on}'
            for lock in ('lock', 'locked')
            for on in ('on target', 'target', 'on to target')
        ),
        'new target',
        'next target',
        'current target',
        'move on to',
        'go on to',
        'go over to',
        'how many of',
        'how many',
        'count up',
        'do you have',
        'what is the distance to',
        'take note of',
        *(
            f'{who} {must}'
            for who in (
                'the robot',
                'robot',
                'the camera',
                'the arm',
                'the user',
                'he',
                'she',
                'the operator',
            )
            for must in (
                'should',
                'must',
                'has to',
                'needs to',
                'is to',
                'wants to',
                'wants you to',
                'wants',
                'needs',
                'shall',
                'asked for',
                'said',
                'says',
                'means',
                'meant',
                'would like',
                'is referring to',
                'refers to',
                'requests',
                'requested',
                'is talking about',
                'asked you to',
                'asks you to',
                'would like you to',
                'is pointing at',
                'is asking for',
                'asks for',
                'is looking for',
                'will',
            )
        ),
        'asked for',
        'asking for',
        'talking about',
        'referring to',
        'get a fix on',
        'i am interested in',
        'interested in',
        *(f'the following {what} ,' for what in ('object', 'thing', 'item', 'target')),
        'something like',
        'do not let',
        'tell me about',
        'tell us about',
        'have you got eyes on',
        'got eyes on',
        'have a look for',
        'have a good look at',
        'see if you could spot',
        'see if you could find',
        'could one',
        'i say ,',
        'let us go with',
        'go with',
        'be careful with',
        'beware of',
        'look out for',
        'see if you could',
        'see if you could see',
        'see whether you could',
        'any sign of',
        'any trace of',
        'where the hell is',
        'where on earth is',
        'where in the world is',
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

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
    'REQUEST_PARTICLES',
    'REQUEST_VERBS',
    'TITLES',
]

POLITE = vocabulary(
    'please hey ok okay now hi hello robot kindly just thanks so well alright yeah yes sorry oi '
    'exactly precisely simply specifically basically ah ouch oops oh actually maybe perhaps ooh wow aha whoa yo listen excuse mummy daddy mum dad mommy dear '
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
        'can you', 'okay', 'ok', 'asap', 'right away', 'as soon as possible', 'if possible', 'if you do not mind', 'if you like',
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

"""Requests of several words that may not be taken apart: "keep an eye on", "would you mind finding"."""

from __future__ import annotations

from itertools import product

__all__ = ['REQUEST_IDIOMS']

_SAID = (
    'how far away is,how far is,how far away are,how big is,what is the distance to,take note of,asked for,'
    'asking for,talking about,referring to,get a fix on,i am interested in,interested in,something like,'
    'do not let,tell me about,tell us about,have you got eyes on,got eyes on,have a look for,'
    'have a good look at,see if you could spot,see if you could find,could one,let us go with,go with,'
    'be careful with,beware of,look out for,see if you could,see if you could see,see whether you could,'
    'any sign of,any trace of,where the hell is,where on earth is,where in the world is,keep an eye on,'
    'keep your eyes on,keep your eye on,keep your gaze on,keep tabs on,keep the camera on,'
    'train the camera on,concentrate on,home in on,stay on,stay with,do not lose sight of,'
    'never lose sight of,do not lose,reach for,reach out for,grab hold of,hand over,pass over,take hold of,'
    'catch hold of,let me have,let us have,any chance you could,any chance of,would you be able to,'
    'will you be able to,are you able to,is it possible to,do me a favour and,do me a favor and,'
    'i wonder where,do you know where,where did,where has,i could not find,could not find,i mean,'
    'i am talking about,i am referring to,i am thinking of,work out,let me know where,let me know which,'
    'what about,how about,i would love to have,i would love,i would like to have,get the camera to,'
    'get the robot to,tell the robot to,tell the camera to,have the robot,your task is to,your job is to,'
    'figure out,find out,pick out,point out,single out,keep track of,keep following,keep tracking,'
    'keep watching,focus on,lock on to,lock onto,lock on,zoom in on,take a look at,have a look at,'
    'get hold of,go and get,go and find,i am after,the target is,your target is,pay attention to,'
    'be so kind as to,all i want is,all i need is,new target,next target,current target,move on to,go on to,'
    'go over to,how many of,how many,count up,do you have,give me a hand with,give me a hand finding,'
    'help me out with,help me with,help out with,play with,deal with,work with,interact with,'
    'i want to play with'
)
_COMMAS = ('i say', 'if possible', 'if you could', 'if you would', 'if you do not mind')
"""What is said so only before a comma."""
_TRAITS = (
    'colour', 'color', 'size', 'name', 'position', 'shape', 'material', 'type', 'kind', 'pattern',
    'location', 'direction', 'speed', 'distance',
)  # fmt: skip
_KIND = (
    'grateful', 'glad', 'happy', 'pleased', 'nice', 'great', 'kind', 'lovely', 'good', 'helpful',
    'a dear', 'an angel', 'wonderful', 'delighted', 'obliged',
)  # fmt: skip
_SEARCHING = (
    'searching for', 'hunting for', 'looking out for', 'in search of', 'in need of',
    'on the lookout for', 'seeking', 'waiting for', 'pointing at', 'looking at', 'asking about',
    'trying to find', 'trying to see', 'trying to get', 'watching', 'following', 'missing',
)  # fmt: skip
_OUTLINES = (
    'bounding box', 'mask', 'location', 'position', 'coordinates', 'pose', 'outline', 'segmentation',
    'detection', 'segmentation mask', 'whereabouts', 'pixels', 'contour',
)  # fmt: skip
_SOMEBODY = ('the robot', 'robot', 'the camera', 'the arm', 'the user', 'he', 'she', 'the operator')
_WISHES = (
    'should', 'must', 'has to', 'needs to', 'is to', 'wants to', 'wants you to', 'wants', 'needs',
    'shall', 'asked for', 'said', 'says', 'means', 'meant', 'would like', 'is referring to',
    'refers to', 'requests', 'requested', 'is talking about', 'asked you to', 'asks you to',
    'would like you to', 'is pointing at', 'is asking for', 'asks for', 'is looking for', 'will',
)  # fmt: skip
_DOING = (
    'finding', 'tracking', 'fetching', 'getting', 'passing', 'grabbing', 'following', 'picking up',
    'handing', 'showing', 'bringing', 'giving', 'watching',
)  # fmt: skip
_WHOEVER = ('you', 'we', 'anyone', 'anybody', 'somebody', 'someone', 'they')
_BUILT: tuple[tuple[tuple[str, ...], ...], ...] = (
    (('i would be', 'it would be'), _KIND, ('if you could', 'if you would')),
    (('it would be',), _KIND, ('to see', 'to have')),
    (('would you be',), _KIND, ('and', 'as to', 'enough to')),
    (('would you be so', 'be so'), _KIND, ('as to',)),
    (_OUTLINES, ('of', 'for', 'around')),
    (('set', 'change', 'switch', 'update'),
     ('target to', 'the target to', 'your target to', 'goal to', 'over to', 'to')),
    (('lock', 'locked'), ('on target', 'target', 'on to target')),
    (('the following',), ('object ,', 'thing ,', 'item ,', 'target ,')),
    (_SOMEBODY, _WISHES),
    (('start', 'begin'), ('tracking', 'following')),
    (('would you mind', 'do you mind', 'mind'), _DOING),
    (('does the',), ('table', 'scene', 'picture', 'image', 'desk', 'camera', 'robot'),
     ('have', 'contain', 'show', 'hold', 'see')),
    (('have', 'has'), _WHOEVER, ('noticed', 'seen', 'spotted', 'found', 'detected', 'located', 'got')),
    (('did',), _WHOEVER, ('notice', 'see', 'spot', 'find', 'detect', 'locate', 'get')),
    (('do',), _WHOEVER, ('notice', 'see', 'spot', 'find', 'detect', 'recognise', 'recognize')),
    (('what is the', 'which is the'), _TRAITS, ('of',)),
    (('what colour', 'what color', 'which colour', 'what shape', 'what size', 'how fast', 'how tall',
      'how far', 'how large', 'how small', 'which way', 'what kind of object', 'what type of thing'),
     ('is', 'are', 'has', 'does')),
    (('i am', 'we are', 'am', 'are you'), _SEARCHING),
    (('take', 'make', 'give me', 'show me'),
     ('a picture', 'a photo', 'a shot', 'a snapshot', 'a close up', 'an image'), ('of',)),
    (('ignore everything', 'nothing', 'ignore all', 'forget everything', 'hide everything',
      'discard everything', 'remove everything'), ('except', 'but', 'except for', 'apart from')),
)  # fmt: skip
"""Words one after the other, each one of several."""

REQUEST_IDIOMS: tuple[tuple[str, ...], ...] = tuple(
    tuple(words.split())
    for words in (
        *_SAID.split(','),
        *(f'{words} ,' for words in _COMMAS),
        *(' '.join(words) for slots in _BUILT for words in product(*slots)),
    )
)
"""Requests of several words."""

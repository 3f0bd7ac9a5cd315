"""Set phrases of motion of which each part may be one of several: "was given a push"."""

from __future__ import annotations

__all__ = ['MOTION_PATTERNS']

_PUSHES = ('push', 'shove', 'nudge', 'kick', 'poke', 'tap', 'prod', 'bump', 'hit', 'knock')
_TOOK = ('took', 'takes', 'had', 'has had', 'has taken', 'had taken', 'suffered')
_ITS = ('its', 'their')
_PLACE = ('position', 'place', 'location', 'spot', 'whereabouts')
_MOTION = ('movement', 'motion', 'moving', 'movements')
_A_WHILE = (
    'for some time', 'for a while', 'for a moment', 'for a bit', 'for a second', 'for a short while',
    'for a short time', 'briefly', 'temporarily', 'for a time', 'for a few seconds', 'a while',
    'for a little while',
)  # fmt: skip
_AT_FIRST = (
    'at first', 'initially', 'at the start', 'in the beginning', 'at the beginning', 'originally',
    'to begin with', 'before', 'earlier', 'from the start', 'when it started', 'to start with',
)  # fmt: skip
MOTION_PATTERNS: tuple[tuple[tuple[tuple[str, ...], ...], str], ...] = (

    ((('getting', 'being given'), ('a', 'a little', 'a gentle'), _PUSHES), 'being pushed'),
    ((('given', 'gave'), ('a', 'a little', 'a gentle'), _PUSHES), 'pushed'),
    ((('giving',), ('a', 'a little', 'a gentle'), _PUSHES), 'pushing'),
    (
        (('doing', 'performing', 'executing', 'making'), ('a', 'a full', 'little', 'some', 'several'),
         ('spin', 'spins', 'pirouette', 'pirouettes', 'twirl', 'twirls')),
        'spinning',
    ),
    ((_TOOK, ('a', 'a bad', 'a quick', 'a little'), ('fall', 'tumble', 'spill', 'dive', 'plunge', 'drop', 'nosedive', 'topple')), 'fell'),
    ((('taking', 'having'), ('a',), ('fall', 'tumble', 'spill', 'dive', 'plunge')), 'falling'),
    ((('made',), ('a', 'some'), ('move', 'movement', 'movements', 'motion')), 'moved'),
    ((('makes', 'is making', 'making'), ('a', 'some'), ('move', 'movement', 'movements')), 'moving'),
    ((('made', 'makes', 'put in', 'has made'), ('an', 'its'), ('appearance', 'entrance', 'entry')), 'appeared'),
    ((('made', 'makes', 'has made'), ('a', 'its'), ('return', 'reappearance')), 'came back'),
    ((('got', 'received', 'was dealt', 'took', 'had', 'has had', 'has got', 'has received', 'was dealt'),
      ('a', 'a little', 'a gentle', 'a small', 'a slight', 'a good', 'a hard'), _PUSHES), 'was pushed'),
    ((('gets', 'receives', 'receiving'), ('a', 'a little', 'a gentle'), _PUSHES), 'being pushed'),
    (
        (('bumped', 'crashed', 'slammed', 'smashed', 'knocked', 'ran'), ('into',)),
        'hit',
    ),
    (
        (('bumping', 'crashing', 'slamming', 'smashing', 'knocking', 'running'), ('into',)),
        'hitting',
    ),
    ((('collided', 'collides'), ('with',)), 'hit'),
    (
        (('whose',), ('motion', 'movement', 'rolling', 'spin', 'journey', 'ride'),
         ('ended', 'stopped', 'ceased', 'has ended', 'has stopped', 'is over', 'came to an end', 'has ceased')),
        'that stopped',
    ),
    (
        (('whose',), ('motion', 'movement', 'journey', 'ride'),
         ('began', 'started', 'has begun', 'has started', 'just began', 'just started', 'has just begun', 'has just started')),
        'that started moving',
    ),
    (
        (('first', 'last', 'first one', 'last one'),
         ('to set off', 'to set out', 'to get going', 'to get moving', 'to go', 'to take off', 'to get under way', 'to depart')),
        '{0} to start moving',
    ),
    ((('changing', 'leaving', 'is changing'), _ITS, _PLACE), 'moving'),
    ((('changes', 'leaves'), _ITS, _PLACE), 'moves'),
    ((('change', 'leave'), _ITS, _PLACE), 'move'),
    ((('changed', 'left', 'has changed', 'has left'), _ITS, _PLACE), 'moved'),
    ((('with', 'with some', 'showing', 'showing some', 'in', 'making'), ('movement', 'movements')), 'in motion'),
    ((('shows', 'shows some', 'displays'), ('movement', 'motion')), 'is moving'),
    (
        (('shows', 'showing', 'with', 'makes', 'gives'), ('no', 'no sign of', 'no signs of', 'not any', 'no trace of'), _MOTION),
        'that is still',
    ),
    ((('in', 'under'), ('rotation', 'a rotation', 'rotary motion', 'a twirl')), 'spinning'),
    (
        (('on', 'in', 'along', 'going on', 'running on', 'moving on'),
         ('a circular', 'a round', 'its circular', 'the circular', 'an orbital'),
         ('path', 'course', 'track', 'orbit', 'route', 'trajectory', 'line')),
        'going in circles',
    ),
    (
        (('disappeared', 'vanished', 'was gone', 'was hidden', 'was absent', 'was out of sight',
          'was away', 'left', 'was not visible', 'could not be seen', 'went missing', 'was missing',
          'was out of view', 'was not there', 'was not to be seen', 'went out of view'), _A_WHILE),
        'came back',
    ),
    (
        (('was not', 'were not', 'was not yet'),
         ('on the table', 'in the picture', 'in the scene', 'in view', 'in sight', 'visible', 'present',
          'here', 'in the image', 'on the scene', 'to be seen'), _AT_FIRST),
        'was not there',
    ),
    ((('moved', 'moving', 'to move'), ('earliest', 'soonest', 'the earliest', 'before anything else', 'before any other')), 'that moved first'),
    ((('moved', 'to move'), ('latest', 'the latest', 'most recently')), 'moved last'),
)  # fmt: skip
"""Words one after the other, each one of several; and what they say plainly."""

"""Verbs by what they tell of an object, and their forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from tenet_ros.language.grammar.words import vocabulary, word_table

__all__ = ['Form', 'Sense', 'Verb', 'read_verb']


class Sense(Enum):
    """What a verb tells of its subject."""

    MOVE = 'moves from its place'
    ACT = 'moves in its place'
    SPIN = 'turns in its place'
    ORBIT = 'goes round'
    REST = 'keeps its place'
    CONTACT = 'touches or bears its object'
    CHASE = 'moves towards its object'
    LEAVE = 'moves away from its object'
    ENTER = 'was not there before'
    RETURN = 'was away, and is back'
    STOP = 'moved, and rests now'
    START = 'does now what the next verb says'
    KEEP = 'does what the next verb says'
    GAZE = 'looks or points somewhere'
    FALL = 'moves downwards'
    RISE = 'moves upwards'
    APPROACH = 'comes towards the camera or its object'
    RECEDE = 'goes away from the camera'
    OTHER = 'nothing that a box could show'


class Form(Enum):
    """Inflected form of a verb."""

    BASE = 'base'
    S = 's'
    ING = 'ing'
    PAST = 'past'
    """Past tense or participle."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One reading of a word as a verb."""

    base: str
    sense: Sense
    form: Form


_SENSES: Mapping[Sense, str] = MappingProxyType(
    {
        Sense.MOVE: (
            'move walk run jog sprint race go come head travel drive fly swim skate ski surf '
            'slide roll slip crawl march rush dash hop gallop trot glide drift wander roam stroll step '
            'pass sail cruise bounce float proceed advance hurry charge swerve '
            'skateboard snowboard bike cycle navigate waddle scurry zoom speed jump leap pedal '
            'parade hike prowl cross overtake shift budge accelerate decelerate '
            'skid trundle whizz zip scoot coast meander career hurtle skim scuttle creep reverse steer '
            'shuffle inch veer stray whoosh slither scamper sweep dart wend mosey'
        ),
        Sense.ACT: (
            'dance breakdance turn wave swing shake play exercise flip twist stretch '
            'perform wobble sway jiggle tremble rattle flap wag nod stir fight wrestle bend juggle spar gesture wiggle vibrate pivot '
            'practice work dribble'
        ),
        Sense.SPIN: 'spin rotate revolve twirl whirl pirouette swivel gyrate swirl',
        Sense.ORBIT: 'circle orbit loop',
        Sense.RETURN: 'return reappear reenter reemerge resurface',
        Sense.REST: (
            'sit stand lie rest park kneel lean sleep wait crouch squat hang lounge perch stay '
            'remain recline nap pose rely seat place locate situate position mount lay graze stack balance'
        ),
        Sense.CONTACT: (
            'ride hold carry wear push pull drag touch hug pet use grab grip grasp eat drink lift '
            'throw kick hit feed lead sniff lick bite chew pick brush operate straddle bear cradle '
            'embrace kiss load tow toss catch have contain control handle squeeze pour cut open '
            'bring take put support shove nudge poke knock flick hoist elevate bump jostle prod propel '
            'thrust jolt haul whack swat tug yank jerk slap strike handle'
        ),
        Sense.CHASE: 'chase follow pursue hunt attack track tail',
        Sense.LEAVE: 'leave exit flee escape depart',
        Sense.ENTER: 'enter appear arrive emerge join materialise materialize add introduce',
        Sense.STOP: 'stop halt pause freeze brake settle stall cease quit finish',
        Sense.START: 'start begin',
        Sense.KEEP: 'keep continue',
        Sense.GAZE: 'look watch face stare gaze glance observe point view see show',
        Sense.FALL: 'fall topple overturn keel tip drop sink descend lower collapse tumble plunge dive plummet capsize slump nosedive',
        Sense.RISE: 'rise ascend raise climb soar',
        Sense.APPROACH: 'approach',
        Sense.RECEDE: 'recede retreat',
        Sense.OTHER: (
            'talk speak smile laugh cry sing bark read write cook think listen yawn dress name '
            'call make fill cover surround paint color colour label attach connect decorate clad '
            'tint dye disappear vanish block obscure occlude conceal tie wrap want need own try help share hide stick tuck equip pop'
        ),
    }
)

_IRREGULAR_PAST = word_table(
    'ran:run went:go gone:go came:come drove:drive driven:drive flew:fly flown:fly '
    'swam:swim slid:slide crept:creep sped:speed leapt:leap leaped:leap spun:spin '
    'shook:shake swung:swing fought:fight bent:bend sat:sit stood:stand lay:lie lain:lie '
    'lying:lie knelt:kneel slept:sleep hung:hang rode:ride ridden:ride held:hold wore:wear '
    'worn:wear ate:eat eaten:eat drank:drink threw:throw thrown:throw hit:hit fed:feed '
    'led:lead bit:bite bitten:bite left:leave fled:flee began:begin begun:begin kept:keep '
    'saw:see seen:see fell:fall fallen:fall sank:sink sunk:sink dove:dive rose:rise '
    'risen:rise froze:freeze frozen:freeze spoke:speak sang:sing made:make bore:bear '
    'struck:strike thrust:thrust swept:sweep caught:catch took:take taken:take brought:bring put:put laid:lay hidden:hide '
    'backing:reverse stuck:stick read:read shown:show travelled:travel travelling:travel swivelled:swivel '
    'swivelling:swivel whizzing:speed whizzed:speed quit:quit done:finish'
)
_DOUBLING = vocabulary(
    'run jog swim skip hop trot step spin wag nod sit stop drag hug pet grab grip hit flip '
    'plug skim prod tug flap drop cut put pat spar tip slip skid zip pop'
)


def _ing(base: str) -> str:
    if base in {'lie', 'tie', 'die'}:
        return base[:-2] + 'ying'
    if base in _DOUBLING:
        return base + base[-1] + 'ing'
    if base.endswith('e') and not base.endswith(('ee', 'ye', 'oe')):
        return base[:-1] + 'ing'
    return base + 'ing'


def _past(base: str) -> str:
    if base in _DOUBLING:
        return base + base[-1] + 'ed'
    if base.endswith('e'):
        return base + 'd'
    if base.endswith('y') and base[-2] not in 'aeiou':
        return base[:-1] + 'ied'
    return base + 'ed'


def _third(base: str) -> str:
    if base.endswith(('s', 'sh', 'ch', 'x', 'z')) or base == 'go':
        return base + 'es'
    if base.endswith('y') and base[-2] not in 'aeiou':
        return base[:-1] + 'ies'
    return {'have': 'has'}.get(base, base + 's')


def _forms() -> Mapping[str, Verb]:
    table: dict[str, Verb] = {}
    for sense, bases in _SENSES.items():
        for base in bases.split():
            for word, form in (
                (base, Form.BASE),
                (_third(base), Form.S),
                (_ing(base), Form.ING),
                (_past(base), Form.PAST),
            ):
                table.setdefault(word, Verb(base, sense, form))
    for word, base in _IRREGULAR_PAST.items():
        form = Form.ING if word.endswith('ing') else Form.PAST
        table[word] = Verb(base, table[base].sense, form)
    # "Headed left" is going on, as "heading left" is.
    table['headed'] = Verb('head', Sense.MOVE, Form.ING)
    return MappingProxyType(table)


_FORMS = _forms()

_ING_NOUNS = vocabulary(
    'thing something anything everything nothing building ceiling railing painting awning string '
    'ring king wing spring earring clothing sibling lightning morning evening wedding '
    'icing pudding dumpling duckling sling ping viking crossing drawing sting herring sterling '
    'amazing interesting matching missing existing remaining during including according '
    'opening landing parking bedding lining marking moulding molding siding topping'
)


def read_verb(word: str) -> Verb | None:
    """Return the reading of ``word`` as a verb, or None if it is not one.

    Unknown words that end in -ing are verbs that say nothing.

    >>> read_verb('running').base, read_verb('building'), read_verb('sneezing').sense.name
    ('run', None, 'OTHER')
    """
    found = _FORMS.get(word)
    if found is not None:
        return found
    if word.endswith('ing') and len(word) > 5 and word not in _ING_NOUNS:
        return Verb(word, Sense.OTHER, Form.ING)
    return None

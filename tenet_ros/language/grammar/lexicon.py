"""The closed vocabulary of referring expressions: colours, directions, numbers, common nouns.

Open words (nouns and adjectives that are not here) are read by their place in the sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tenet_ros.language.expression import Extreme
from tenet_ros.language.grammar.words import vocabulary, word_table

__all__ = [
    'ADJECTIVES',
    'AFTERTHOUGHTS',
    'ANIMATE',
    'AUXILIARIES',
    'BASE_COLOURS',
    'BODY',
    'CAMERA',
    'CENTRES',
    'CLOTHES',
    'COLOURS',
    'COLOURS_OR_NOUNS',
    'COLOUR_PAIRS',
    'COMPARED',
    'COMPOUNDS',
    'CONJUNCTIONS',
    'CONTAINERS',
    'DETERMINERS',
    'DIRECTIONS',
    'FRAME',
    'GAZE_PARTICLES',
    'GENERIC',
    'GROUPS',
    'HUMANS',
    'INTENSIFIERS',
    'MANNER',
    'MODIFIED',
    'NOT',
    'NOUNS',
    'NUMBERS',
    'ORDINALS',
    'PARTICLES',
    'PATTERNS',
    'PATTERN_NOUNS',
    'POSSESSIVES',
    'PREPOSITIONS',
    'PRONOUNS',
    'QUANTIFIERS',
    'REGION_NOUNS',
    'RELATIVES',
    'SHADES',
    'SINGLE',
    'SIZES',
    'SPORTS',
    'STATES',
    'STILL',
    'SUPERLATIVES',
    'TIMES',
    'UNSAID',
    'WAYS',
]


# -- colours ---------------------------------------------------------------------------------

BASE_COLOURS = (
    'red', 'orange', 'yellow', 'green', 'cyan', 'blue', 'purple', 'pink', 'brown', 'black',
    'white', 'grey', 'beige', 'gold', 'silver',
)  # fmt: skip
"""What a colour word is normalised to, perhaps after "dark " or "light "."""

COLOURS: Mapping[str, str] = MappingProxyType(
    {
        **{name: name for name in BASE_COLOURS},
        **{f'{name}ish': name for name in BASE_COLOURS},
        **{f'{name}est': name for name in BASE_COLOURS},
        'reddest': 'red', 'bluest': 'blue', 'whitest': 'white', 'orangest': 'orange',
        'tealish': 'cyan', 'violetish': 'purple', 'turquoisey': 'cyan', 'reddy': 'red',
        'gray': 'grey', 'greyish': 'grey', 'grayish': 'grey', 'blackish': 'black',
        'whitish': 'white', 'reddish': 'red', 'bluish': 'blue', 'greenish': 'green',
        'brownish': 'brown', 'yellowish': 'yellow', 'pinkish': 'pink', 'purplish': 'purple',
        'violet': 'purple', 'lavender': 'light purple', 'lilac': 'light purple',
        'magenta': 'pink', 'fuchsia': 'pink', 'crimson': 'dark red', 'scarlet': 'red',
        'maroon': 'dark red', 'burgundy': 'dark red', 'navy': 'dark blue', 'indigo': 'dark blue',
        'azure': 'light blue', 'turquoise': 'cyan', 'teal': 'cyan', 'aqua': 'cyan',
        'tan': 'light brown', 'khaki': 'beige', 'cream': 'beige', 'ivory': 'beige',
        'golden': 'gold', 'silvery': 'silver', 'charcoal': 'dark grey', 'lime': 'light green',
        'olive': 'dark green', 'peach': 'light orange',
        'orangish': 'orange', 'mauve': 'light purple', 'amber': 'orange', 'mustard': 'yellow',
        'emerald': 'green', 'jade': 'green', 'ruby': 'red', 'vermilion': 'red', 'carmine': 'red',
        'cherry': 'red', 'coral': 'light red', 'cobalt': 'blue', 'sapphire': 'blue',
        'cerulean': 'blue', 'ultramarine': 'blue', 'aquamarine': 'cyan', 'bronze': 'brown',
        'copper': 'brown', 'ochre': 'brown', 'sandy': 'beige', 'ebony': 'black',
        'aubergine': 'dark purple', 'mint': 'light green', 'hazel': 'light brown',
        'rose': 'pink', 'rosy': 'pink', 'redish': 'red', 'orangey': 'orange', 'orangy': 'orange',
        'pinky': 'pink', 'yellowy': 'yellow', 'browny': 'brown', 'greyey': 'grey', 'blueish': 'blue', 'cerise': 'pink', 'salmon': 'light pink',
        'plum': 'dark purple', 'mulberry': 'dark purple', 'eggplant': 'dark purple',
        'amethyst': 'purple', 'grape': 'purple', 'orchid': 'light purple', 'purply': 'purple',
        'rust': 'brown', 'chestnut': 'brown', 'mahogany': 'dark brown',
        'mocha': 'brown', 'umber': 'brown', 'sienna': 'brown',
        'auburn': 'brown', 'caramel': 'light brown', 'taupe': 'light brown',
        'tangerine': 'orange', 'terracotta': 'dark orange', 'apricot': 'light orange',
        'lemon': 'yellow', 'canary': 'yellow', 'saffron': 'yellow', 'buttercup': 'yellow',
        'chartreuse': 'light green', 'sage': 'light green', 'viridian': 'green', 'greeny': 'green',
        'periwinkle': 'light blue', 'lapis': 'blue', 'denim': 'blue', 'bluey': 'blue',
        'claret': 'dark red', 'oxblood': 'dark red', 'garnet': 'dark red', 'rouge': 'red',
        'slate': 'grey', 'ashen': 'grey', 'smoky': 'grey', 'gunmetal': 'dark grey',
        'snowy': 'white', 'onyx': 'black', 'obsidian': 'black', 'sable': 'black',
    }
)  # fmt: skip
"""Colour word -> normal form."""

COLOURS_OR_NOUNS = vocabulary(
    'orange peach lime olive gold silver lavender cream amber mustard emerald jade ruby cherry '
    'coral sapphire bronze copper aubergine mint hazel rose salmon plum mulberry eggplant amethyst '
    'grape orchid rust chestnut mahogany mocha caramel tangerine terracotta apricot lemon '
    'canary saffron buttercup sage denim garnet slate onyx'
)
"""A colour before a noun ("the orange cup"), a thing where it stands last ("the orange")."""

SHADES = word_table(
    'dark:dark deep:dark light:light pale:light bright: vivid: hot: baby:light sky:light '
    'pastel:light neon: lightest:light palest:light paler:light darkest:dark brightest: brighter: medium: mid: pure: intense: dull: faded:light'
)
"""Word before a colour -> what becomes of it."""

COLOUR_PAIRS: Mapping[str, str] = MappingProxyType(
    {
        f'{word} {colour}': f'{shade} {colour}'.strip()
        for colour, shades in {
            'red': {'': 'cherry ruby blood fire wine tomato', 'dark': 'brick crimson'},
            'orange': {'': 'tangerine pumpkin reddish', 'dark': 'burnt'},
            'yellow': {'': 'lemon canary mustard golden sunny greenish'},
            'green': {
                '': 'emerald grass jade apple racing bluish yellowish leaf sea pea kelly',
                'light': 'lime mint',
                'dark': 'bottle forest olive hunter army',
            },
            'blue': {
                '': 'royal cobalt electric greenish steel cerulean',
                'light': 'azure powder ice',
                'dark': 'navy midnight',
            },
            'purple': {'': 'reddish bluish violet', 'dark': 'plum'},
            'pink': {'': 'rose shocking coral magenta', 'light': 'salmon'},
            'brown': {'': 'chocolate coffee reddish chestnut', 'light': 'golden sandy tan'},
            'black': {'': 'jet pitch ink'},
            'white': {'': 'snow milk off pearl ivory'},
            'grey': {'': 'slate ash steel silver bluish stone', 'dark': 'charcoal'},
            'gray': {'': 'slate ash steel silver bluish stone', 'dark': 'charcoal'},
        }.items()
        for shade, words in shades.items()
        for word in words.split()
    }
)
"""Two words that name one colour: "navy blue"."""

# -- small words -----------------------------------------------------------------------------

DETERMINERS = vocabulary('the a an this that these those any which what whatever whichever')
POSSESSIVES = vocabulary('its his her their my your our')
QUANTIFIERS: Mapping[str, int] = MappingProxyType(
    {'all': 0, 'every': 0, 'each': 0, 'some': 0, 'several': 0, 'many': 0, 'multiple': 0, 'few': 0,
     'both': 2, 'everything': 0, 'whole': -1, 'other': -1, 'another': -1, 'same': -1, 'only': -1,
     'single': -1, 'sole': -1, 'either': -1, 'remaining': -1, 'different': -1, 'particular': -1, 'specific': -1, 'certain': -1}
)  # fmt: skip
"""Word -> number of objects meant, 0 for all, -1 where it says nothing of the number."""

_COUNT_WORDS = (
    'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve',
)  # fmt: skip
NUMBERS: Mapping[str, int] = MappingProxyType(
    {word: n for n, word in enumerate(_COUNT_WORDS, 1)} | {str(n): n for n in range(1, 100)}
)
ORDINALS: Mapping[str, int] = MappingProxyType(
    {
        word: n
        for n, words in enumerate(
            ('first 1st earliest', 'second 2nd', 'third 3rd', 'fourth 4th', 'fifth 5th', 'sixth 6th',
             'seventh 7th', 'eighth 8th', 'ninth 9th', 'tenth 10th'), 1
        )
        for word in words.split()
    }
)  # fmt: skip

PRONOUNS = vocabulary(
    'he she it they him them anyone anybody everyone everybody someone somebody nobody who i we you there'
)
RELATIVES = vocabulary('that which who whom whose where')
AUXILIARIES = vocabulary(
    'is are was were be been being am has have had having do does did doing will would could may '
    "might should gets got getting 's appears seems"
)
CONJUNCTIONS = vocabulary('and or but then while as when whilst yet also')
NOT = vocabulary('not never nor neither without no')
INTENSIFIERS = vocabulary(
    'very really slightly quite rather fairly most more extremely right directly just immediately '
    'closely partially partly mostly almost nearly somewhat completely fully half only even also '
    'now currently again still already always actually clearly all together too so somewhere '
    'apparently probably simply anymore ever once recently earlier previously later formerly '
    'afterwards meanwhile clockwise anticlockwise counterclockwise counter-clockwise '
    'anti-clockwise alone presently constantly continuously steadily visibly'
)
# "can" is a noun wherever it is not spelt "could": ``homographs`` tells the two apart.
PREPOSITIONS = vocabulary(
    'of in on at to from with by near under underneath beneath below above over behind beside '
    'besides between inside outside within into onto upon off past around round along alongside '
    'across through towards toward after before against among amongst amid beyond next up down '
    'away out atop opposite without during until for via about like except than nearby adjacent '
    'touching together apart aside halfway midway flanked sandwiched ahead close upward upwards downward downwards leftward leftwards rightward '
    'rightwards forward forwards backward backwards sideways'
)
MANNER = word_table(
    'fast:fast faster:fast quickly:fast rapidly:fast swiftly:fast speedily:fast',
    'slowly:slow slower:slow gently:slow gradually:slow',
)
STILL = vocabulary(
    'still stationary motionless static immobile unmoving idle inert immovable unmoved nonmoving '
    'untouched'
)
PARTICLES = vocabulary('up down off out over away around back along')
"""What may follow a verb and belong to it."""
STATES = vocabulary('parked stopped moving')
"""Verb forms that as modifiers say what something does now."""
SINGLE = vocabulary('a an this that each every another')
"""Determiners of one object, even where the noun has no plural form."""
TIMES = vocabulary(
    'start beginning end first moment time while last begin second seconds frames now'
)

# -- directions and orders -------------------------------------------------------------------

DIRECTIONS = word_table(
    'left:left leftmost:left lefthand:left right:right rightmost:right righthand:right top:top '
    'topmost:top upper:top uppermost:top bottom:bottom bottommost:bottom lower:bottom '
    'middle:middle center:middle centre:middle central:middle centered:middle front:front '
    'frontmost:front foremost:front foreground:front back:back rear:back rearmost:back '
    'background:back'
)
"""Direction word -> direction."""

SUPERLATIVES: Mapping[str, Extreme] = MappingProxyType(
    {
        'leftmost': Extreme.LEFT, 'rightmost': Extreme.RIGHT, 'topmost': Extreme.TOP,
        'uppermost': Extreme.TOP, 'highest': Extreme.TOP, 'bottommost': Extreme.BOTTOM,
        'lowest': Extreme.BOTTOM, 'lowermost': Extreme.BOTTOM, 'middlemost': Extreme.MIDDLE,
        'largest': Extreme.LARGEST, 'biggest': Extreme.LARGEST, 'larger': Extreme.LARGEST,
        'bigger': Extreme.LARGEST, 'greatest': Extreme.LARGEST, 'greater': Extreme.LARGEST, 'lesser': Extreme.SMALLEST, 'widest': Extreme.LARGEST,
        'wider': Extreme.LARGEST, 'smallest': Extreme.SMALLEST, 'smaller': Extreme.SMALLEST,
        'tiniest': Extreme.SMALLEST, 'littlest': Extreme.SMALLEST, 'tallest': Extreme.TALLEST,
        'taller': Extreme.TALLEST, 'longest': Extreme.LARGEST, 'longer': Extreme.LARGEST,
        'shortest': Extreme.SHORTEST, 'shorter': Extreme.SHORTEST,
        'nearest': Extreme.NEAREST, 'nearer': Extreme.NEAREST, 'closest': Extreme.NEAREST,
        'closer': Extreme.NEAREST, 'frontmost': Extreme.NEAREST, 'foremost': Extreme.NEAREST,
        'farthest': Extreme.FARTHEST, 'furthest': Extreme.FARTHEST, 'farther': Extreme.FARTHEST,
        'further': Extreme.FARTHEST, 'rearmost': Extreme.FARTHEST,
        'hindmost': Extreme.FARTHEST, 'backmost': Extreme.FARTHEST, 'remotest': Extreme.FARTHEST,
        'deepest': Extreme.FARTHEST,
        'hugest': Extreme.LARGEST, 'bulkiest': Extreme.LARGEST, 'broadest': Extreme.LARGEST,
        'teeniest': Extreme.SMALLEST, 'tinier': Extreme.SMALLEST, 'minutest': Extreme.SMALLEST,
        'fastest': Extreme.FASTEST, 'quickest': Extreme.FASTEST, 'quicker': Extreme.FASTEST,
        'slowest': Extreme.SLOWEST,
        **dict.fromkeys(('fattest', 'thickest', 'heaviest', 'chunkiest', 'fatter', 'thicker', 'bulkier', 'chunkier', 'heftiest', 'roomiest', 'mightiest', 'grandest'), Extreme.LARGEST),
        **dict.fromkeys(('thinnest', 'slimmest', 'narrowest', 'thinner', 'slimmer', 'teensiest', 'titchiest', 'puniest', 'skinniest', 'daintiest', 'weest'), Extreme.SMALLEST),
    }
)  # fmt: skip
SIZES: Mapping[str, Extreme] = MappingProxyType(
    {
        'large': Extreme.LARGEST, 'big': Extreme.LARGEST, 'huge': Extreme.LARGEST,
        'giant': Extreme.LARGEST, 'enormous': Extreme.LARGEST, 'small': Extreme.SMALLEST,
        'little': Extreme.SMALLEST, 'tiny': Extreme.SMALLEST, 'mini': Extreme.SMALLEST,
        'miniature': Extreme.SMALLEST,
        **dict.fromkeys(
            ('massive', 'biggish', 'largish', 'ginormous', 'gigantic', 'oversized', 'bulky', 'sizeable', 'sizable', 'hefty', 'immense',
             'colossal', 'jumbo', 'humongous'),
            Extreme.LARGEST,
        ),
        **dict.fromkeys(
            ('wee', 'lil', 'smol', 'weeny', 'minute', 'dinky', 'puny', 'smallish', 'littler', 'teeny', 'titchy', 'teensy', 'minuscule', 'compact', 'petite', 'diminutive', 'undersized'),
            Extreme.SMALLEST,
        ),
        'tall': Extreme.TALLEST, 'short': Extreme.SHORTEST,
        'fast': Extreme.FASTEST, 'slow': Extreme.SLOWEST,
    }
)  # fmt: skip
"""Plain adjectives that hint at a place in an order."""

COMPARED = vocabulary('closer nearer further farther')
"""What a distance becomes by moving."""
REGION_NOUNS = vocabulary(
    'border margin rim boundary side sides part half corner edge end area portion hand region row'
)
FRAME = vocabulary(
    'image picture frame screen photo photograph pic scene video view shot footage clip camera '
    'display sight'
)
"""Names of the picture itself."""

CAMERA = vocabulary('camera viewer us me observer lens cameraman you')
"""Whoever looks."""

# -- nouns -----------------------------------------------------------------------------------

GENERIC = vocabulary(
    'one ones thing things object objects item items something anything everything stuff entity '
    'target other obj thingy thingie thingamajig whatsit doodad contraption artefact artifact'
)
"""Heads that fit anything."""

GROUPS = vocabulary(
    'pair couple group bunch set herd flock pack pile stack row line crowd team slice piece kind '
    'type sort lot number majority swarm loaf scoop position location whereabouts coordinates '
    'pose segmentation silhouette contour'
)
"""Heads of "a group of dogs": what counts comes after "of"."""

CONTAINERS = vocabulary(
    'cup glass bottle bowl can box bag jar mug plate pot carton tin basket jug tray'
)
"""Heads of "a cup of coffee": the content only describes."""

CLOTHES = vocabulary(
    'shirt t-shirt tshirt tee-shirt jacket coat sweater sweatshirt hoodie pullover cardigan dress '
    'skirt trousers pants jeans shorts leggings tights suit uniform jersey vest top blouse gown '
    'robe apron hat cap helmet beanie hood headband turban scarf shawl glove mitten sock shoe '
    'boot sneaker sandal heels slipper tie belt glasses sunglasses goggles mask '
    'clothes clothing outfit costume attire garment cape cloak kimono swimsuit bikini tracksuit '
    'overalls pyjamas wetsuit spacesuit tuxedo blazer polo tank-top collar harness saddle '
    'stripes bandana'
)
"""What is worn; its colour is looked for on the wearer."""

BODY = vocabulary(
    'head face hair beard moustache neck shoulder arm hand finger elbow chest back belly stomach '
    'waist hip leg knee foot toe tail ear eye nose mouth beak wing paw fur mane horn trunk body '
    'dot speckle skin lap side skull chin cheek forehead ponytail snout feather spot stripe'
)

HUMANS = vocabulary(
    'person man woman boy girl kid child baby toddler guy lady gentleman human player rider driver '
    'dancer worker trainer spectator cyclist skater surfer skier pedestrian breakdancer runner '
    'teenager adult student teacher officer policeman policewoman soldier chef cook waiter '
    'waitress dude fellow someone owner passenger motorcyclist biker climber swimmer singer nurse '
    'doctor engineer operator coach referee goalkeeper batter pitcher catcher musician performer'
)
ANIMATE = HUMANS | vocabulary(
    'dog cat horse cow sheep bird elephant bear zebra giraffe penguin lion tiger monkey rabbit '
    'duck goose fish goat pig fox wolf deer panda kangaroo camel animal puppy kitten mouse rat '
    'squirrel turtle tortoise lizard snake frog parrot eagle owl pigeon chicken ape gorilla '
    'leopard whale dolphin shark seal hamster pup calf lamb creature'
)

_THINGS = vocabulary(
    'bicycle bike car motorcycle motorbike scooter airplane plane bus train truck boat van taxi '
    'bench backpack umbrella handbag bag suitcase frisbee skis snowboard ball kite bat skateboard '
    'surfboard racket bottle glass cup mug fork knife spoon bowl banana apple sandwich orange '
    'carrot pizza donut cake chair couch sofa plant bed table desk toilet tv television monitor '
    'laptop remote keyboard phone microwave oven toaster sink refrigerator fridge book clock vase '
    'scissors toothbrush box container can jar plate controller cone robot cart trolley wheel '
    'door window wall floor shelf drawer lamp pen pencil tool hammer screwdriver wrench drill '
    'block cube cylinder sphere bin bucket crate pallet carton toy doll leash rope tree flower '
    'tumbler beaker tin saucer dish pan saucepan teapot kettle teacup flask thermos goblet die '
    'dice orb brick novel textbook notebook magazine vehicle lorry mallet wrench spanner pliers '
    'spatula ladle teaspoon tube pitcher pear lemon peach tomato potato onion egg duck marble '
    'pattern package parcel basket tray lid candle sponge coaster eraser marker ruler stapler tennis '
    'automobile vessel stein tankard chalice basin platter wok griddle casserole canister carafe '
    'decanter phial vial packet cuboid casket paperback hardback hardcover dictionary encyclopedia '
    'booklet tome storybook globe bead mallet gavel sledgehammer jeep sedan racer roadster buggy '
    'duckling ducky duckie mallard receptacle implement drinkware dishware dinnerware cutlery '
    'silverware cookware kitchenware plaything flagon skillet frypan plantain turnscrew coffeepot '
    'football basketball fruit tableware crockery utensil gadget ornament figurine penny coin'
)
NOUNS = ANIMATE | CLOTHES | _THINGS
"""Words that are surely nouns; after one, an -ing form is a verb."""

_COMPOUNDS = (
    'traffic light;fire hydrant;stop sign;parking meter;sports ball;soccer ball;tennis ball;'
    'golf ball;beach ball;baseball bat;baseball glove;tennis racket;wine glass;hot dog;'
    'potted plant;dining table;cell phone;mobile phone;teddy bear;hair drier;hair dryer;'
    'polar bear;school bus;double-decker bus;fire truck;fire engine;pickup truck;'
    'game controller;remote control;computer mouse;guinea pig;sea lion;bmx bike;dirt bike;'
    'mountain bike;motor scooter;ice cream;stuffed animal;rubber duck;street light;'
    'swimming pool;wheel chair;skate board;surf board;tape measure;vacuum cleaner;toy car;'
    'toy truck;toy vehicle;model car;matchbox car'
)
COMPOUNDS = frozenset(_COMPOUNDS.split(';'))
"""Several words, one noun: its last word alone would name something else or too much."""

_MODIFIED = (
    'rocking chair;walking stick;running shoe;rolling pin;sleeping bag;driving wheel;'
    'steering wheel;fishing rod;fishing boat;flying disc;shopping bag;shopping cart;cutting board;'
    'frying pan;washing machine;sewing machine;sailing boat;racing car;'
    'drinking glass;mixing bowl;walking frame;riding boots;'
    'dog trainer;paper cup;parking lot;parking space;parking garage;open box;light bulb;'
    'light switch;right hand;left hand;building block;drinking cup;measuring cup;playing card;'
    'serving dish;serving bowl;racing vehicle;short novel;tall glass;baking tin;'
    'drinking bottle;spinning top'
)
MODIFIED = frozenset(_MODIFIED.split(';'))
"""A noun with a word before it that would otherwise be read as a verb, size or direction."""

SPORTS = vocabulary(
    'football soccer basketball baseball tennis volleyball golf hockey cricket badminton rugby '
    'music guitar piano drums chess cards games fetch catch frisbee polo'
)
"""What is played, rather than held, after "playing"."""

ADJECTIVES = vocabulary(
    'striped plaid checkered checked spotted dotted patterned plain transparent clear shiny matte '
    'glossy metallic metal wooden plastic paper rubber leather ceramic steel woven round square '
    'rectangular circular triangular flat curved old young new broken empty full open closed dirty '
    'clean wet dry long thin thick fat slim heavy soft furry fluffy hairy bald blond blonde '
    'bearded barefoot naked male female real fake toy darker lighter brighter dark light bright '
    'colorful colourful colored coloured multicolored upright lazy sleepy happy sad beautiful '
    'cute narrow wide high low visible hidden alive dead own upside stripy stripey dotty spotty '
    'speckled banded chequered solid unpatterned freckled flecked dappled '
    'pinstriped hooped'
)
"""Adjectives that may stand after "is" or at the end of a noun phrase."""

PATTERNS = word_table(
    'striped:striped stripy:striped stripey:striped stripe:striped banded:striped lined:striped '
    'pinstriped:striped pinstripe:striped hooped:striped',
    'dotted:dotted dotty:dotted spotted:dotted spotty:dotted speckled:dotted dot:dotted '
    'freckled:dotted flecked:dotted dappled:dotted',
    'checkered:checkered chequered:checkered checked:checkered checkerboard:checkered '
    'chequerboard:checkered gingham:checkered plaid:checkered check:checkered tartan:checkered '
    'chessboard:checkered squared:checkered',
    'plain:plain solid:plain unpatterned:plain unicolour:plain unicolor:plain single-colour:plain '
    'single-color:plain one-colour:plain patternless:plain monochrome:plain '
    'monochromatic:plain undecorated:plain unadorned:plain unmarked:plain stripeless:plain dotless:plain '
    'unicoloured:plain unicolored:plain solid-colour:plain solid-color:plain',
)
"""Adjective of a pattern -> its normal form."""
PATTERN_NOUNS = word_table(
    'stripe:striped stripes:striped band:striped dot:dotted spot:dotted speckle:dotted '
    'pinstripe:striped line:striped hoop:striped freckle:dotted fleck:dotted circle:dotted '
    'square:checkered grid:checkered '
    'check:checkered checker:checkered chequer:checkered checkerboard:checkered '
    'pattern: design: print: motif: decoration: surface: finish: texture: colour: color: '
    'background: base: ground: body: tone: colouring: coloring: paintwork: glaze: paint: coating: tint: hue: shade: ornament: marking: mark: cover: exterior: casing: shell:'
)
"""What a thing has "with" it that is its pattern -> the pattern, '' where another word says."""

AFTERTHOUGHTS = (
    frozenset(SUPERLATIVES)
    | frozenset(ORDINALS)
    | frozenset(SHADES)
    | STILL
    | vocabulary('last upside back far')
)
"""Words that after a noun begin something new."""

UNSAID = vocabulary(', a an is are was were be am its his her their')
"""Words that a skeleton can do without."""
GAZE_PARTICLES = vocabulary('at to towards toward into away up down back out through over from for')
CENTRES = vocabulary('center centre middle')
WAYS = vocabulary(
    'road street path track trail lane pavement sidewalk aisle corridor hallway hall river beach '
    'runway highway line'
)
"""What one moves along: "down the street" does not lead downwards."""

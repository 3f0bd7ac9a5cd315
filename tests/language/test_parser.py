"""What sentences mean, by table; ``conftest`` explains how a meaning is written."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.errors import ContractError
from tenet_ros.language.grammar import lexicon
from tenet_ros.language.parser import parse

SENTENCES = (
    ('the mug that is not red', 'mug -red'),
    ('the ball that is rolling away', 'ball; moving; receding?'),
    ('the one that stopped', 'object; stopped'),
    ('the box that is being pushed', 'box; moving'),
    ('the box being pushed by the robot', 'box; with robot; moving'),
    ('the car that enters from the right', 'car; entered; leftward?'),
    ('the falling cup', 'cup; downward'),
    ('the ball that is falling', 'ball; downward'),
    ('the book being lifted', 'book; upward'),
    ('the dog not chasing the ball', 'dog; not chasing ball'),
    ('the man without a hat', 'man; not with hat'),
    ('the man with no hat', 'man; not with hat'),
    ('not the parked ones', 'object; not still'),
    ('all the cars', 'car; x0'),
    ('dogs', 'dog; x0'),
    ('both dogs', 'dog; x2'),
    ('the three people on the left', 'person; x3; left?'),
    ('the second box from the left', 'box; left#2'),
    ('the third from the right', 'object; right#3'),
    ('the second largest mug', 'mug; largest#2'),
    ('the biggest', 'object; largest'),
    ('the leftmost', 'object; left'),
    ('the dog closest to the camera', 'dog; nearest'),
    ('the mug closest to the laptop', 'mug; near* laptop'),
    ('the closest mug to the laptop', 'mug; near* laptop'),
    ('the chair farthest from the door', 'chair; far_from* door'),
    ('the person furthest away from the camera', 'person; farthest'),
    ('the person moving towards the camera', 'person; approaching'),
    ('the car driving towards us', 'car; approaching'),
    ('the dog coming closer', 'dog; approaching'),
    ('the car turning away from the camera', 'car; receding?'),
    ('the man moving towards the dog', 'man; chasing dog; moving'),
    ('the dog moving away from the man', 'dog; leaving man; moving'),
    ('the dog moving left', 'dog; leftward'),
    ('the bus going to the right', 'bus; rightward'),
    ('the cat walking from left to right', 'cat; rightward'),
    ('the person walking to the left of the car', 'person; left_of car; moving'),
    ('the bird in the middle of the picture', 'bird; middle?'),
    ('the book in the middle of the table', 'book; in table; middle?'),
    ('the cup on top of the box', 'cup; on box'),
    ('the cup at the top of the picture', 'cup; top?'),
    ('the man in red', 'man (clothes red)'),
    ('the man in black and white', 'man (clothes black white)'),
    ('the woman wearing a blue dress', 'woman (dress blue); with blue dress'),
    (
        'the woman with the red hat and the white shoes',
        'woman (hat red) (shoe white); with red hat; with white shoe',
    ),
    (
        'the man next to the woman in the red shirt',
        'man; near woman (shirt red); @woman with red shirt',
    ),
    ('the dog next to the man who is walking', 'dog; near man; @man moving'),
    ('the person holding an umbrella', 'person; with umbrella'),
    ('a man holding a red umbrella and a bag', 'man; with red umbrella; with bag'),
    ('the two dogs left of the tree', 'dog; x2; left_of tree'),
    ('the cup between the two boxes', 'cup; between box'),
    ('the cup between the boxes', 'cup; between box'),
    ('the mug under the table', 'mug; below table'),
    ('the keys inside the drawer', 'key; x0; in drawer'),
    ('the spoon in the cup', 'spoon; in cup'),
    ('the man on the left side of the image', 'man; left?'),
    ('the man on the left side of the woman', 'man; left_of woman'),
    ('man on the far right', 'man; right'),
    ('far left zebra', 'zebra; left'),
    ('woman left', 'woman; left?'),
    ('bottom left', 'object; bottom?; left?'),
    ('second from left', 'object; left#2'),
    ('right guy in blue shirt', 'guy (shirt blue); with blue shirt; right?'),
    ('guy on right red shirt', 'guy (shirt red); with red shirt; right?'),
    ('the orange', 'orange'),
    ('the orange on the table', 'orange; on table'),
    ('the one that is orange', 'orange object'),
    ('a dark blue car', 'dark blue car'),
    ('the navy backpack', 'dark blue backpack'),
    ('the light-grey sofa', 'light grey sofa'),
    ('the gray cat', 'grey cat'),
    ('mice on the floor', 'mouse; x0; on floor'),
    ('knives', 'knife; x0'),
    ('the people standing near the bus', 'person; x0; near bus; still?'),
    ('the hot dog next to the wine glass', 'hot dog; near wine glass'),
    ('the teddy bear on the bed', 'teddy bear; on bed'),
    ('two traffic lights', 'traffic light; x2'),
    ('the parked car', 'car; still'),
    ('the car parked on the street', 'car; on street; still'),
    ('the stopped car', 'car; still'),
    ('the moving car', 'car; moving'),
    ('a stationary truck', 'truck; still'),
    ('the cat lying on the sofa', 'cat; on sofa; still?'),
    ('the man sitting on a bench', 'man; on bench; still?'),
    ('the man who is not sitting', 'man; not still?'),
    ("the man that isn't wearing a hat", 'man; not with hat'),
    ('the dog that is not moving', 'dog; not moving'),
    ('the car no longer moving', 'car; stopped'),
    ('the robot that started moving', 'robot; started'),
    ('the man walking his dog', 'man; with dog'),
    ("the boy's bike", 'bike; with boy'),
    ('the handle of the mug', 'handle; with mug'),
    ('the smaller of the two boxes', 'box; smallest'),
    ('one of the dogs', 'dog'),
    ('the tall man', 'tall man; tallest?'),
    ('the largest red box on the table', 'red box; on table; largest'),
    ('the fastest car', 'car; fastest'),
    ('the car driving fast', 'car; fastest?; moving'),
    ('please find the red mug', 'red mug'),
    ('track the dog chasing the ball', 'dog; chasing ball'),
    ('can you see the blue chair?', 'blue chair'),
    ('show me all the bottles', 'bottle; x0'),
    ('there is a dog on the left', 'dog; left?'),
    ('where is my phone', 'phone'),
    ('A dog is running to the left.', 'dog; leftward'),
    ('the elephant walking to the left and turning its head', 'elephant; leftward'),
    ('the cat that the dog is chasing', 'cat; chasing^ dog'),
    ('the dog chased by the cat', 'dog; chasing^ cat'),
    ('the man followed by a dog', 'man; chasing^ dog'),
    ('the table the cup is on', 'table; on^ cup'),
    ('the chair she is sitting on', 'chair'),
    ('the box the cat is in', 'box; in^ cat'),
    ('the bike ridden by the woman', 'bike; with woman'),
    ('the ball kicked by the boy', 'ball; with boy; moving?'),
    ('the person looking at the camera', 'person'),
    ('the man facing left', 'man'),
    ('the toy car', 'toy car'),
    ('something red', 'red object'),
    ('anything moving', 'object; moving'),
    ('the object on the left', 'object; left?'),
    ('the red one', 'red object'),
    ('the left one', 'object; left?'),
    ('the thing next to the laptop', 'object; near laptop'),
    ('the black dog, not the white one', 'black dog -white'),
    ('the cars except the red one', 'car -red; x0'),
    ('the mug, not the one on the table', 'mug; not on table'),
    ('the man with a beard', 'man'),
    ('the cat with a long tail', 'cat'),
    ('the player whose shirt is white', 'player (shirt white)'),
    ('the player whose jersey is not red', 'player (jersey -red)'),
    ('the man at the back', 'man; farthest?'),
    ('the people in the background', 'person; x0; farthest?'),
    ('the kid in front', 'kid; nearest?'),
    ('the person in the foreground', 'person; nearest?'),
    ('the car in front of the bus', 'car; in_front_of bus'),
    ('the tree behind the house', 'tree; behind house'),
    ('the bird above the water', 'bird; above water'),
    ('the lamp over the table', 'lamp; above table'),
    ('the dog jumping over the fence', 'dog; above fence; moving'),
    ('a plane taking off', 'plane; upward'),
    ('the plane flying', 'plane; moving'),
    ('the fish swimming up and down', 'fish; moving'),
    ('the first car', 'car; left?'),
    ('the last person in the line', 'person; in line; right?'),
    ('the third dog', 'dog; left#3?'),
    ('the box on the second shelf', 'box; on shelf; @shelf left#2?'),
    ('the cup near the leftmost plate', 'cup; near plate; @plate left'),
    ('the cup next to the moving robot', 'cup; near robot; @robot moving'),
    ('the dog running after the cat', 'dog; chasing cat; moving'),
    ('the ball coming from the left', 'ball; rightward'),
    ('the car leaving the parking lot', 'car; leaving parking lot'),
    ('the man leaving', 'man; moving'),
    ('the man getting out of the car', 'man; not in car'),
    ('the man entering the room', 'man; in room; entered'),
    ('the woman who enters from the left', 'woman; entered; rightward?'),
    ('the man who left the room', 'man; leaving room'),
    (
        'the small dog in front of the large dog',
        'small dog; in_front_of large dog; smallest?; @large dog largest?',
    ),
    ('the green and yellow parrot', 'green yellow parrot'),
    ('red, green and blue balloons', 'red green blue balloon; x0'),
    ('the glass of water', 'glass of water'),
    ('a pair of shoes', 'shoe; x2'),
    ('a group of people walking', 'person; x0; moving'),
    ('the woman with long hair', 'woman'),
    ('the woman in white and the man in black', 'woman (clothes white) + man (clothes black); x2'),
    ('the cat and the dog', 'cat + dog; x2'),
    ('two cats and a dog', 'cat + dog; x3'),
    ('the rusty, dented red car', 'rusty dented red car'),
    ('the zorbulated frimble', 'zorbulated frimble'),
    ('the frimble to the left of the snork', 'frimble; left_of snork'),
    ('el perro rojo', 'el perro rojo'),
    ('the mug that is red or blue', 'red blue mug'),
    ('the non-red mug', 'mug -red'),
    ('the dog behind', 'dog; farthest?'),
    ('the upper left mug', 'mug; top?; left?'),
    ('the mug on the upper shelf', 'mug; on shelf; @shelf top?'),
    ('the lower drawer', 'drawer; bottom?'),
    ('the yellow-handled screwdriver', 'yellow-handled screwdriver'),
    ('the person on the bicycle', 'person; on bicycle'),
    ('the woman pushing a stroller', 'woman; with stroller'),
    ('the skateboarder', 'skateboarder'),
    ('the guy on the skateboard jumping', 'guy; on skateboard; moving'),
    ('the man throwing a frisbee', 'man; with frisbee'),
    ('the kite flying in the sky', 'kite; in sky; moving'),
    ('the cow eating grass', 'cow; with grass'),
    ('the giraffe bending its neck', 'giraffe; moving?'),
    ('the white car making a left turn', 'white car; leftward?'),
    ('the car turning left', 'car; leftward?'),
    ('the car turning right at the corner', 'car; near corner; rightward?'),
    ('the ball rolling away', 'ball; moving; receding?'),
    ('the plane taking off', 'plane; upward'),
    ('the blue box behind the cup that is moving', 'blue box; behind cup; @cup moving'),
    ('the robot arm holding the screwdriver', 'robot arm; with screwdriver'),
    ('the man in the middle wearing glasses', 'man; with glasses; middle?'),
    ('person third from left', 'person; left#3'),
    ('3rd bus from the right', 'bus; right#3'),
    ('the topmost book', 'book; top'),
    ('the lowest shelf', 'shelf; bottom'),
    ('the bottom banana', 'banana; bottom?'),
    ('the front car', 'car; nearest?'),
    ('the car at the back', 'car; farthest?'),
    ('the taller of the two women', 'woman; tallest'),
    ('the bottle of water on the left of the plate', 'bottle of water; left_of plate'),
    ('the chair between the sofa and the lamp', 'chair; between sofa & lamp'),
    ('the ducks swimming to the right', 'duck; x0; rightward'),
    ('the train leaving the station', 'train; leaving station'),
    ('the person walking away from the camera', 'person; receding'),
    ('the bird flying away', 'bird; moving; receding?'),
    ('the dog lying down', 'dog; still?'),
    ('the child being carried by its mother', 'child; with mother; moving'),
    ('a horse that is being ridden', 'horse'),
    ('the car which stopped', 'car; stopped'),
    ('the drone descending', 'drone; downward'),
    ('the balloon going up', 'balloon; upward'),
    ('the lift moving downwards', 'lift; downward'),
    ('the bike without a rider', 'bike; not with rider'),
    ('the tomatoes inside the bowl', 'tomato; x0; in bowl'),
    ('the loaf of bread next to the knives', 'bread; near knife'),
    ('the person with the backpack, second from the right', 'person; with backpack; right#2'),
    ('the red car, not the blue car', 'red car -blue'),
    ("the cup that isn't on the table", 'cup; not on table'),
    ('the cat neither moving nor on the sofa', 'cat; not on sofa; not moving'),
    ('the man on the right, holding a phone', 'man; with phone; right?'),
    ('dog in front', 'dog; nearest?'),
    ('the two people closest to us', 'person; x2; nearest'),
    ('both of the monitors', 'monitor; x2'),
    ('every chair', 'chair; x0'),
    ('several sheep near the fence', 'sheep; x0; near fence'),
    ('the sheep', 'sheep'),
    ('the fish in the bowl', 'fish; in bowl'),
    ('an open laptop', 'open laptop'),
    ('the laptop which is open', 'laptop'),
    ("the woman's handbag", 'handbag; with woman'),
    ("the dog's red ball", 'red ball; with dog'),
    ("the ball under the man's foot", 'ball; below man'),
    ('the jar with the green lid', 'jar; with green lid'),
    ('the object that the person is holding', 'object; with person'),
    ('the screwdriver the robot is picking up', 'screwdriver; with robot; upward'),
    ('the one behind the dog', 'object; behind dog'),
    ('the other dog', 'dog'),
    ('the same cup', 'cup'),
    ('Find me the big green box, please.', 'big green box; largest?'),
    ('I need the wrench next to the drill', 'wrench; near drill'),
    ('Pick up the yellow block on top of the blue block', 'yellow block; on blue block'),
    ('Go to the person wearing an orange vest', 'person (vest orange); with orange vest'),
    ('LEFTMOST GIRAFFE', 'giraffe; left'),
    ('the man with his arms crossed', 'man'),
    ('the skier coming towards us', 'skier; approaching'),
    ('the runner in front of the others', 'runner; in_front_of runner'),
    ('the cyclist who overtakes the bus', 'cyclist; near bus; moving'),
    ('white dog chasing brown cat', 'white dog; chasing brown cat'),
    ('two men playing tennis', 'man; x2; moving?'),
    ('the girl playing with a kitten', 'girl; with kitten; moving?'),
    ('the panda rolling on the grass', 'panda; on grass; moving'),
    (
        'a person riding a horse jumping over a fence',
        'person; with horse; @horse above fence; @horse moving',
    ),
    ('the man to the right of the woman on the bench', 'man; right_of woman; on bench'),
    ('cup closest to camera', 'cup; nearest'),
    ('cow nearest the fence', 'cow; near* fence'),
    ('the monitor furthest to the right', 'monitor; right'),
    ('the truck driving from right to left', 'truck; leftward'),
    ('the boat moving slowly', 'boat; slowest?; moving'),
    ('the quickest runner', 'runner; fastest'),
    ('the thing that fell', 'object; downward~'),
    ('the stopped robot', 'robot; still'),
    ('the person who started running', 'person; started'),
    ('the door handle', 'door handle'),
    ('the top drawer', 'drawer; top?'),
    ('the woman in a red top', 'woman (top red); with red top'),
    ('the penguin standing on its own', 'penguin; still?'),
    ('the hand of the man on the left', 'hand; with man; left?'),
    ('the cup with the handle broken', 'cup; with handle broken'),
)


@pytest.mark.parametrize(('sentence', 'expected'), SENTENCES)
def test_sentence_means(sentence, expected, meaning):
    assert meaning(parse(sentence)) == expected


def test_table_is_as_large_as_the_grammar():
    assert len(SENTENCES) >= 200


@pytest.mark.parametrize(
    ('sentence', 'skeleton'),
    [
        ('the red mug to the left of the laptop', '[T] to the left of [A1]'),
        ('the second box from the left', 'second [T] from the left'),
        ('the two dogs', 'two [T]'),
        ('the box between the mug and the cup', '[T] between [A1] and [A2]'),
        ('the dog that is not moving', '[T] that not moving'),
        ('on the left', '[T] on the left'),
        ('the boy and his bike', '[T] and [T]'),
        ('the man with the hat watching the game', '[T] with [A1]'),
        ('the largest', 'largest [T]'),
    ],
)
def test_skeleton_keeps_the_closed_words_only(sentence, skeleton):
    assert parse(sentence).skeleton == skeleton


def test_phrases_are_ready_for_an_open_vocabulary_detector():
    texts = [p.text for p in parse('the two dark gray traffic lights behind a woman').phrases]
    assert texts == ['dark grey traffic light', 'woman']


def test_head_noun_is_told_from_its_modifiers():
    phrase = parse('the small striped plastic food container').target
    assert phrase.noun == 'container'
    assert phrase.attributes == ('small', 'striped', 'plastic', 'food')


def test_compound_that_is_no_kind_of_its_head_stays_whole():
    assert parse('the hot dog').target.noun == 'hot dog'
    assert parse('the guide dog').target.noun == 'dog'


def test_things_fit_anything():
    for sentence in ('the red thing', 'the one on the left', 'something moving', 'the largest'):
        assert parse(sentence).target.noun == ''


def test_colours_have_one_spelling():
    said = ('gray', 'navy', 'light-gray', 'maroon', 'dark green', 'golden', 'violet')
    found = [parse(f'the {colour} cup').target.colours for colour in said]
    assert [c for (c,) in found] == [
        'grey',
        'dark blue',
        'light grey',
        'dark red',
        'dark green',
        'gold',
        'purple',
    ]


def test_every_colour_has_a_base_that_detectors_can_measure():
    for normal in lexicon.COLOURS.values():
        assert normal.split()[-1] in lexicon.BASE_COLOURS


def test_subject_of_a_relation_comes_before_its_anchors():
    expression = parse('the dog next to the man who is holding a leash near the red car')
    assert len(expression.relations) >= 2
    for relation in expression.relations:
        assert all(relation.subject < anchor for anchor in relation.anchors)


def test_words_without_a_rule_are_reported():
    assert 'watching' in parse('the dog watching the dance').ignored
    assert parse('the red mug').ignored == ()


def test_nesting_is_bounded():
    parse('the lid ' + 'of the box ' * 80)
    parse('the dog next to ' + 'the man who is next to ' * 40 + 'the cat')
    parse('not the one ' * 80)


@pytest.mark.parametrize(
    'text', ['the ' * 300, 'a of ' * 200, 'not ' * 300, 'one ' * 250, "'s " * 300]
)
def test_repetition_takes_linear_time(text):
    text = text[:990] + ' x'
    start = time.perf_counter()
    parse(text)
    assert time.perf_counter() - start < 0.5


def test_ten_megabytes_are_refused_at_once():
    start = time.perf_counter()
    with pytest.raises(ContractError, match='at most 1000 characters'):
        parse('mug ' * 2_500_000)
    assert time.perf_counter() - start < 0.1


CLOSED = sorted(
    lexicon.PREPOSITIONS
    | lexicon.DETERMINERS
    | lexicon.POSSESSIVES
    | lexicon.RELATIVES
    | lexicon.AUXILIARIES
    | lexicon.CONJUNCTIONS
    | lexicon.NOT
    | frozenset(lexicon.DIRECTIONS)
    | frozenset(lexicon.SUPERLATIVES)
    | frozenset(lexicon.COLOURS)
    | lexicon.PRONOUNS
    | {
        'can',
        'circles',
        'back',
        'came',
        'fell',
        'moved',
        'was',
        'anymore',
        'stripes',
        'last',
        'used',
    }
    | {',', "'s", '-', 'dog', 'people', 'moving', 'holding', 'pushed', 'camera', 'shirt', 'second'}
)


def check(text: str) -> None:
    try:
        expression = parse(text)
    except ContractError:
        return
    assert expression.text == text
    assert expression == parse(text)
    assert expression.targets[0] == 0
    assert expression.count >= 0
    size = len(expression.phrases)
    assert all(phrase.text for phrase in expression.phrases)
    for relation in expression.relations:
        assert 0 <= relation.subject < min(relation.anchors)
        assert max(relation.anchors) < size
    for statement in (*expression.orders, *expression.motions):
        assert 0 <= statement.subject < size


@given(st.text(max_size=200))
def test_no_text_raises_anything_but_a_contract_error(text):
    check(text)


@given(st.lists(st.sampled_from(CLOSED), max_size=25).map(' '.join))
def test_no_word_order_raises_anything(text):
    check(text)

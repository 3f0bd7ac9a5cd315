"""Nouns that people use for the 80 classes of COCO. Weights are those of ``noun_table``."""

from __future__ import annotations

from tenet_ros.language.noun_table import NounTable, noun_table

__all__ = ['NOUN_CLASSES']

# One class a line: its name and other names; kinds of it; what is often taken for it. The class
# name itself always counts 1.0. Words are lemmas; '' leaves a column empty.
_CLASSES: tuple[tuple[str, str, str, str], ...] = (
    (
        'person',
        'human, human being, individual, people, somebody, someone, folk',
        (
            'man, woman, boy, girl, kid, child, baby, toddler, infant, guy, lady, gentleman, fellow, '
            'dude, teenager, adult, pedestrian, passer-by, passerby, bystander, spectator, onlooker, '
            'viewer, rider, biker, cyclist, bicyclist, motorcyclist, driver, passenger, runner, jogger, '
            'walker, dancer, breakdancer, skater, skateboarder, skier, snowboarder, surfer, swimmer, '
            'player, footballer, goalkeeper, batter, pitcher, catcher, umpire, referee, athlete, '
            'gymnast, boxer, trainer, coach, teacher, student, pupil, worker, engineer, technician, '
            'operator, officer, policeman, policewoman, soldier, guard, fireman, firefighter, doctor, '
            'nurse, patient, cook, chef, waiter, waitress, customer, shopper, visitor, guest, tourist, '
            'farmer, cowboy, jockey, hiker, climber, owner, actor, actress, singer, musician, '
            'guitarist, performer, speaker, photographer, cameraman, cashier, clerk, mother, father, '
            'mom, mum, mommy, dad, daddy, parent, son, daughter, brother, sister, grandmother, '
            'grandfather, grandma, grandpa, husband, wife, bride, groom, friend, neighbour, neighbor, '
            'male, female, youth, youngster, senior, king, queen, businessman, businesswoman'
        ),
        'crowd, group, couple, team, family, audience, mannequin, statue, figure, face',
    ),
    (
        'bicycle',
        'bike, cycle, pushbike',
        'bmx, bmx bike, mountain bike, road bike, ebike, e-bike, tandem',
        'tricycle',
    ),
    (
        'car',
        'automobile, motorcar, auto',
        (
            'hatchback, sedan, saloon, suv, mini, taxi, cab, minivan, jeep, convertible, coupe, '
            'limousine, station wagon, estate, crossover, roadster, sports car, police car, race car, '
            'renault, clio, bmw, audi, mercedes, toyota, volkswagen, tesla, ford, honda, porsche'
        ),
        'van, pickup, wagon, buggy, golf cart, toy car, model car, matchbox car',
    ),
    (
        'motorcycle',
        'motorbike, motor bike, motor cycle',
        'scooter, motor scooter, moped, vespa, dirt bike, harley, quad bike, bike',
        '',
    ),
    (
        'airplane',
        'aeroplane, plane, aircraft',
        'jet, airliner, jetliner, biplane, glider, fighter jet',
        'helicopter, drone',
    ),
    (
        'bus',
        '',
        'coach bus, school bus, minibus, double-decker, double-decker bus, city bus, tour bus',
        'tram, trolley',
    ),
    (
        'train',
        '',
        'locomotive, tram, streetcar, subway, metro, railcar, carriage, steam engine, engine',
        'wagon',
    ),
    (
        'truck',
        'lorry',
        (
            'pickup, pickup truck, van, fire engine, fire truck, tow truck, dump truck, garbage truck, '
            'trailer, semi, tractor trailer, delivery van, ambulance, rv, camper'
        ),
        'tractor, bulldozer, excavator, forklift, toy truck, toy vehicle',
    ),
    (
        'boat',
        'vessel',
        'ship, canoe, kayak, yacht, sailboat, rowboat, dinghy, ferry, raft, gondola, motorboat, speedboat',
        '',
    ),
    ('traffic light', 'stoplight, traffic signal, stop light', 'signal', 'street light'),
    ('fire hydrant', 'hydrant, fireplug', '', ''),
    ('stop sign', '', 'traffic sign, road sign, street sign', 'sign'),
    ('parking meter', 'meter', '', ''),
    ('bench', '', 'park bench, pew', 'seat'),
    (
        'bird',
        '',
        (
            'penguin, duck, duckling, goose, swan, seagull, gull, pigeon, dove, crow, raven, sparrow, '
            'robin, parrot, eagle, hawk, falcon, owl, hen, chicken, rooster, turkey, ostrich, flamingo, '
            'peacock, heron, stork, pelican, hummingbird, woodpecker, finch, chick'
        ),
        '',
    ),
    ('cat', '', 'kitten, kitty, tabby, tomcat', 'lynx, leopard, tiger, lion, panther'),
    (
        'dog',
        '',
        (
            'puppy, pup, doggy, hound, terrier, poodle, labrador, retriever, collie, shepherd dog, '
            'german shepherd, bulldog, husky, beagle, dachshund, chihuahua, corgi, spaniel, dalmatian, pug'
        ),
        'wolf, fox, coyote',
    ),
    ('horse', '', 'pony, foal, stallion, mare, colt', 'donkey, mule'),
    ('sheep', '', 'lamb, ram, ewe', 'goat'),
    ('cow', '', 'cattle, bull, calf, ox, steer, buffalo, bison', 'yak, antelope, deer, camel'),
    ('elephant', '', 'mammoth', ''),
    ('bear', '', 'polar bear, brown bear, black bear, grizzly, cub', 'panda'),
    ('zebra', '', '', ''),
    ('giraffe', '', '', ''),
    ('backpack', 'rucksack, knapsack', 'schoolbag, back pack', ''),
    ('umbrella', '', 'parasol', ''),
    ('handbag', 'purse', 'clutch, shoulder bag, tote, tote bag', 'basket'),
    ('tie', 'necktie', 'bow tie, bowtie', ''),
    ('suitcase', '', 'trunk, briefcase, valise, carry-on', 'duffel bag'),
    ('frisbee', 'flying disc, disc, disk', '', ''),
    ('skis', 'ski', '', ''),
    ('snowboard', '', '', ''),
    (
        'sports ball',
        'ball',
        (
            'soccer ball, football, basketball, tennis ball, baseball, volleyball, golf ball, '
            'beach ball, rugby ball, softball'
        ),
        'balloon',
    ),
    ('kite', '', '', 'parachute, paraglider'),
    ('baseball bat', 'bat', '', ''),
    ('baseball glove', 'mitt, catcher mitt, glove', '', ''),
    ('skateboard', '', 'longboard', ''),
    ('surfboard', '', 'bodyboard, paddleboard', ''),
    ('tennis racket', 'racket, racquet, tennis racquet', 'badminton racket', ''),
    ('bottle', '', 'water bottle, wine bottle, beer bottle, flask, thermos', 'can'),
    ('wine glass', 'glass, wineglass', 'goblet, champagne glass', ''),
    (
        'cup',
        '',
        'mug, coffee mug, teacup, coffee cup, beaker, tumbler, glass, paper cup',
        'jar, pot',
    ),
    ('fork', '', '', ''),
    ('knife', '', 'dagger, butter knife, table knife', 'blade'),
    ('spoon', '', 'teaspoon, tablespoon, ladle', 'spatula'),
    ('bowl', '', 'dish, saucer', 'plate, pan, pot, basin'),
    ('banana', '', 'plantain', ''),
    ('apple', '', '', 'pear, peach, tomato'),
    ('sandwich', '', 'hamburger, burger, sub, toast, wrap, bagel', 'bread'),
    ('orange', '', 'tangerine, mandarin, clementine', 'lemon, lime, grapefruit'),
    ('broccoli', '', '', 'cauliflower'),
    ('carrot', '', '', ''),
    ('hot dog', 'hotdog', 'sausage, frankfurter', ''),
    ('pizza', '', '', 'pie'),
    ('donut', 'doughnut', '', 'bagel'),
    ('cake', '', 'cupcake, muffin, birthday cake, cheesecake, pastry', 'pie'),
    (
        'chair',
        '',
        'armchair, stool, office chair, swivel chair, deck chair, rocking chair, recliner, wheelchair',
        'seat',
    ),
    ('couch', 'sofa, settee', 'loveseat, divan', 'armchair'),
    (
        'potted plant',
        'plant, houseplant, pot plant',
        'flower pot, flowerpot, bonsai, cactus, fern',
        'flower, bush',
    ),
    ('bed', '', 'bunk, crib, cot, mattress', ''),
    ('dining table', 'table', 'kitchen table, coffee table, desk, picnic table', 'counter'),
    ('toilet', 'lavatory, wc', 'urinal', ''),
    (
        'tv',
        'television, tv set, telly',
        'monitor, screen, display, computer screen, computer monitor, tv screen',
        '',
    ),
    ('laptop', 'notebook, laptop computer, notebook computer', 'macbook, computer', ''),
    ('mouse', 'computer mouse', '', 'trackball'),
    (
        'remote',
        'remote control, remote controller',
        'controller, game controller, wii remote, clicker',
        'joystick',
    ),
    ('keyboard', 'computer keyboard', '', ''),
    (
        'cell phone',
        'phone, mobile phone, cellphone, mobile, smartphone, telephone',
        'iphone, handset',
        'tablet',
    ),
    ('microwave', 'microwave oven', '', ''),
    ('oven', '', 'stove, cooker, range', 'grill'),
    ('toaster', '', '', ''),
    ('sink', '', 'washbasin, basin', 'tap, faucet'),
    ('refrigerator', 'fridge', 'freezer, icebox', 'cupboard'),
    ('book', '', 'textbook, novel, paperback, magazine, booklet', 'folder, binder'),
    ('clock', '', 'alarm clock, wall clock, clock face', 'watch'),
    ('vase', '', '', 'urn, jug, jar'),
    ('scissors', 'scissor, shears', '', ''),
    (
        'teddy bear',
        'teddy',
        'stuffed animal, plush toy, soft toy, plushie, stuffed toy',
        'toy, doll',
    ),
    ('hair drier', 'hair dryer, hairdryer, blow dryer, dryer', '', ''),
    ('toothbrush', 'tooth brush', '', ''),
)

_GROUPS: tuple[tuple[str, str], ...] = (
    ('vehicle', 'bicycle, car, motorcycle, airplane, bus, train, truck, boat'),
    ('motor vehicle', 'car, motorcycle, bus, truck'),
    ('automotive', 'car, bus, truck'),
    ('two-wheeler', 'bicycle, motorcycle'),
    (
        'animal, creature, beast, pet, mammal',
        'bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe',
    ),
    ('livestock', 'horse, sheep, cow'),
    ('furniture', 'chair, couch, bed, dining table, bench'),
    ('fruit', 'banana, apple, orange'),
    ('vegetable', 'broccoli, carrot'),
    (
        'food, snack, meal',
        'banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake',
    ),
    ('drink, beverage', 'bottle, cup, wine glass'),
    ('bag, luggage, baggage', 'backpack, handbag, suitcase'),
    ('cutlery, silverware, utensil', 'fork, knife, spoon'),
    ('crockery, tableware, container', 'cup, bowl, wine glass, bottle, vase'),
    ('appliance', 'microwave, oven, toaster, refrigerator'),
    ('electronics, device, gadget', 'tv, laptop, cell phone, remote, keyboard, mouse'),
    ('computer', 'laptop, tv'),
    ('board', 'skateboard, surfboard, snowboard'),
    ('toy', 'teddy bear, sports ball, kite, frisbee'),
)


NOUN_CLASSES: NounTable = noun_table(_CLASSES, _GROUPS)
"""noun -> {COCO class: weight in (0, 1]}."""

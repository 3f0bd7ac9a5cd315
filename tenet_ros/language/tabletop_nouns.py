"""Nouns that people use for the things of the simulated tabletop.

Weights are those of ``noun_table``. General English, generous: a noun may name several classes.
"""

from __future__ import annotations

from tenet_ros.language.noun_table import NounTable, noun_table

__all__ = ['TABLETOP_NOUNS']

_CLASSES: tuple[tuple[str, str, str, str], ...] = (
    (
        'mug',
        'coffee mug, tea mug',
        'coffee cup, stein, tankard, beer mug, travel mug',
        'cup, teacup, jug, beaker',
    ),
    (
        'cup',
        'drinking cup, tumbler, beaker',
        'coffee cup, teacup, tea cup, paper cup, plastic cup, drinking glass, glass, goblet, chalice, shot glass, water glass',
        'mug, vase, pot, flowerpot, pitcher, wine glass',
    ),
    (
        'bowl',
        'basin',
        'salad bowl, soup bowl, cereal bowl, mixing bowl, fruit bowl, serving bowl, dish',
        'pot, tub, ashtray, saucer, tureen',
    ),
    (
        'plate',
        'dinner plate, dish',
        'saucer, platter, side plate, paper plate, dessert plate, tray',
        'coaster, disc, disk, lid',
    ),
    (
        'pan',
        'frying pan, skillet, frypan, saucepan',
        'wok, griddle, pot, cooking pot, cookware, casserole',
        'ladle, paddle',
    ),
    (
        'bottle',
        'flask',
        (
            'water bottle, wine bottle, beer bottle, drinking bottle, soda bottle, plastic bottle, '
            'glass bottle, thermos, flagon, carafe, decanter, phial, vial, shampoo bottle, spray bottle'
        ),
        'vase, jar, jug, pitcher, bowling pin, skittle, tube',
    ),
    (
        'can',
        'tin, tin can, canister',
        (
            'soda can, drink can, beverage can, beer can, cola can, coke can, soft drink can, soup can, '
            'food can, soup tin, coke, cola, soda, pop can, aluminium can, aluminum can, metal can'
        ),
        'cylinder, jar, drum, barrel, tube, pot, paint',
    ),
    (
        'teapot',
        'tea pot',
        'kettle, tea kettle, coffee pot, coffeepot',
        'pot, jug, watering can, pitcher, mug',
    ),
    (
        'spoon',
        '',
        'teaspoon, tablespoon, soup spoon, ladle, dessert spoon, serving spoon, wooden spoon',
        'spatula, fork, knife',
    ),
    (
        'box',
        'carton, cardboard box',
        (
            'package, parcel, packet, case, crate, chest, cereal box, shoebox, shoe box, gift box, '
            'tea box, milk carton, juice carton, juice box, packaging, casket, cuboid, matchbox'
        ),
        'block, brick, cube, container, bin, book',
    ),
    (
        'cube',
        'die, dice',
        'block, wooden block, building block, toy block, rubik cube, square block, brick',
        'box, square, cuboid',
    ),
    (
        'book',
        'volume',
        (
            'textbook, novel, paperback, hardback, hardcover, notebook, picture book, cookbook, '
            'dictionary, encyclopedia, manual, handbook, diary, journal, booklet, tome, publication, '
            'story book, storybook, bestseller, notepad, magazine'
        ),
        'folder, binder, box, tablet, brochure',
    ),
    (
        'ball',
        'sphere, orb, globe',
        (
            'tennis ball, rubber ball, toy ball, bouncy ball, soccer ball, football, basketball, '
            'baseball, volleyball, beach ball, sports ball, golf ball, cricket ball, ping pong ball, '
            'table tennis ball, billiard ball, marble, bead, round object'
        ),
        'balloon, apple, orange',
    ),
    ('banana', '', 'plantain', ''),
    ('apple', '', 'cooking apple, granny smith', 'peach, tomato, plum, orange, cherry, ball'),
    ('pear', '', 'avocado pear', 'avocado, fig, quince'),
    (
        'screwdriver',
        'screw driver',
        'phillips screwdriver, flathead screwdriver, turnscrew, driver',
        'chisel, awl, wrench',
    ),
    (
        'hammer',
        '',
        'mallet, claw hammer, sledgehammer, gavel',
        'axe, hatchet, pickaxe, wrench',
    ),
    (
        'toy car',
        'car, toy vehicle, model car, miniature car, matchbox car, automobile, auto, vehicle',
        (
            'race car, racing car, sports car, toy automobile, truck, toy truck, pickup, pickup truck, '
            'van, jeep, taxi, convertible, sedan, racer, roadster, hot rod, police car, buggy'
        ),
        'bus, lorry, tractor, cart, locomotive, train, toy train',
    ),
    (
        'duck',
        'rubber duck, rubber duckie, toy duck, duckling, duckie, ducky, duckie toy',
        (
            'bird, bath toy, waterfowl, mallard, drake, plastic duck, toy bird, fowl, animal, '
            'toy animal, creature, bath duck'
        ),
        'chicken, goose, swan, chick, hen',
    ),
)

_GROUPS: tuple[tuple[str, str], ...] = (
    ('tool, hand tool, handtool, implement, diy tool, instrument', 'screwdriver, hammer'),
    ('fruit, piece of fruit', 'banana, apple, pear'),
    ('food, snack, edible, foodstuff', 'banana, apple, pear'),
    ('toy, plaything', 'toy car, duck, ball, cube'),
    ('container, receptacle', 'box, can, bottle, bowl, cup, mug, teapot'),
    ('vessel', 'mug, cup, bowl, bottle, teapot, can'),
    ('drink, beverage, soft drink', 'can, bottle'),
    ('drinkware, drinking vessel', 'mug, cup'),
    (
        'crockery, tableware, dishware, dinnerware, china, porcelain, pottery, ceramics',
        'mug, cup, bowl, plate, teapot',
    ),
    ('kitchenware, kitchen utensil', 'mug, cup, bowl, plate, pan, teapot, spoon'),
    ('cutlery, silverware, flatware, utensil, eating utensil', 'spoon'),
    ('cookware, cooking utensil', 'pan'),
    ('teacup', 'cup, mug'),
    ('reading material, reading', 'book'),
    ('packaging', 'box, can, bottle'),
)

TABLETOP_NOUNS: NounTable = noun_table(_CLASSES, _GROUPS)
"""noun -> {category of the tabletop: weight in (0, 1]}."""

"""Everyday English nouns: the words that the shipped word table has vectors for.

A word in this table that names nothing on the table is as useful as one that does: it is what
teaches the detector that "elephant" fits none of its objects. Compounds stand where the last word
alone would mean something else.
"""

from __future__ import annotations

__all__ = ['EVERYDAY']

_WORDS = """
mug cup bowl plate dish saucer pan pot wok skillet kettle teapot teacup coffeepot cauldron jug
pitcher carafe jar vase urn bottle flask thermos canteen vial can tin canister keg barrel cask drum
glass tumbler goblet chalice wineglass beaker stein tankard decanter shaker ladle spoon teaspoon
tablespoon fork knife spatula whisk tongs grater peeler colander sieve strainer funnel corkscrew
opener chopsticks cutlery silverware crockery tableware dishware kitchenware utensil tray platter
coaster napkin placemat tablecloth apron oven stove microwave toaster blender mixer fridge freezer
refrigerator dishwasher sink faucet tap sponge dishcloth cupboard pantry
box carton crate case chest casket package parcel packet container bin basket bucket pail tub
basin tank cooler hamper sack bag pouch purse handbag backpack rucksack suitcase briefcase luggage
wallet envelope folder binder drawer cabinet locker safe trunk
cube block brick die dice prism pyramid cone cylinder sphere orb globe disc disk ring hoop ball
marble bead pebble stone rock boulder egg balloon puck shuttlecock football basketball volleyball
softball
book notebook novel textbook paperback hardcover volume tome manual diary journal magazine comic
newspaper dictionary bible atlas album ledger planner notepad booklet brochure leaflet pamphlet
letter postcard card ticket receipt paper document page sheet map poster calendar certificate
pen pencil marker crayon chalk brush paintbrush eraser ruler compass protractor stapler staple
scissors tape glue stamp paperclip pin tack thumbtack clip sticker label tag
banana apple pear orange lemon lime grape grapes cherry strawberry raspberry blueberry blackberry
peach plum apricot mango pineapple melon watermelon kiwi coconut fig date papaya pomegranate
avocado tomato potato carrot onion garlic pepper chili cucumber lettuce cabbage broccoli
cauliflower spinach celery radish turnip beet beetroot pumpkin squash zucchini eggplant aubergine
corn pea peas bean beans mushroom asparagus artichoke ginger herb basil parsley mint fruit
vegetable nut almond walnut peanut hazelnut chestnut acorn seed berry
bread loaf bun roll bagel baguette croissant toast sandwich burger hamburger hotdog pizza pasta
noodle noodles spaghetti rice soup stew salad steak meat beef pork ham bacon sausage chicken turkey
fish shrimp crab lobster oyster cheese butter milk cream yogurt egg omelette pancake waffle cereal
cake pie tart muffin cupcake cookie biscuit brownie donut doughnut pastry candy chocolate lollipop
gum honey jam jelly sugar salt sauce ketchup mustard mayonnaise oil vinegar flour spice snack
popcorn chips crisps cracker pretzel dessert pudding sushi taco burrito dumpling food meal drink
beverage juice soda cola lemonade coffee tea water beer wine whiskey cocktail smoothie
screwdriver hammer mallet sledgehammer wrench spanner pliers saw hacksaw chainsaw drill chisel file
axe hatchet pickaxe shovel spade rake hoe trowel crowbar lever clamp vise anvil nail screw bolt
washer hinge bracket hook chain rope cord string wire cable thread yarn ladder scaffold toolbox
tool toolkit level plane sander grinder torch flashlight lantern lamp bulb candle match lighter
battery charger plug socket switch fuse motor engine pump valve pipe hose nozzle gear pulley wheel
tire axle spring magnet needle pincushion thimble scale thermometer stopwatch
car toy truck lorry van bus minibus taxi cab ambulance jeep limousine convertible sedan hatchback
coupe racecar automobile vehicle motorcycle motorbike scooter moped bicycle bike tricycle unicycle
tractor bulldozer excavator crane forklift trailer caravan wagon cart carriage chariot sled sleigh
train locomotive tram subway railway boat ship ferry yacht sailboat canoe kayak raft submarine
tanker barge airplane plane jet helicopter glider drone rocket spaceship satellite parachute
skateboard rollerblade wheelchair stroller pram trolley rickshaw
duck duckling goose swan chicken hen rooster chick turkey pigeon dove crow raven sparrow robin
eagle hawk falcon owl parrot penguin ostrich flamingo peacock stork seagull bird dog puppy hound
poodle terrier bulldog spaniel cat kitten horse pony foal donkey mule cow bull calf ox buffalo
bison sheep lamb goat pig piglet hog boar rabbit bunny hare mouse rat hamster squirrel chipmunk
beaver otter badger skunk hedgehog porcupine mole bat fox wolf bear panda koala kangaroo deer moose
elk reindeer camel llama giraffe zebra elephant rhinoceros rhino hippopotamus hippo lion tiger
leopard cheetah panther jaguar monkey ape gorilla chimpanzee orangutan sloth raccoon seal walrus
whale dolphin shark octopus squid jellyfish starfish seahorse salmon trout tuna goldfish turtle
tortoise crocodile alligator lizard gecko chameleon snake cobra frog toad newt dinosaur dragon
unicorn ant bee wasp fly mosquito butterfly moth caterpillar worm snail slug spider scorpion
beetle ladybug grasshopper cricket dragonfly insect bug animal pet creature
person man woman boy girl child kid baby toddler teenager adult guy lady gentleman player doctor
nurse teacher student soldier policeman firefighter chef waiter farmer worker driver pilot sailor
king queen prince princess clown wizard witch ghost angel pirate cowboy astronaut robot puppet doll
statue mannequin snowman figurine sculpture teddy plush
hand finger thumb fist arm elbow shoulder leg knee foot toe head face eye ear nose mouth lip tooth
tongue neck chest back belly hair beard skull bone skeleton heart brain
shirt tshirt blouse sweater jumper hoodie jacket coat raincoat vest suit tuxedo dress skirt gown
robe pajamas trousers pants jeans shorts leggings sock stocking shoe boot sneaker sandal slipper
heel hat cap helmet beanie hood crown tiara scarf shawl glove mitten belt tie necktie bowtie button
zipper pocket collar sleeve glasses sunglasses goggles watch wristwatch bracelet necklace earring
jewel gem diamond pearl brooch umbrella cane fan mask wig bandana uniform costume clothing clothes
chair armchair stool bench sofa couch settee recliner table desk counter shelf bookshelf bookcase
wardrobe closet dresser nightstand bed mattress bunk crib cradle pillow cushion blanket quilt duvet
sheet curtain blinds carpet rug mat mirror frame picture painting portrait photograph photo clock
alarm hourglass radiator heater fireplace chimney chandelier furniture hammock swing
door window gate fence wall floor ceiling roof stairs staircase balcony porch garage basement attic
kitchen bathroom bedroom hallway house home building apartment cottage cabin hut tent castle palace
tower skyscraper church temple mosque barn shed warehouse factory school hospital hotel restaurant
shop store market library museum theater stadium bridge tunnel road street highway path sidewalk
sign signpost billboard hydrant mailbox lamppost bollard fountain monument windmill lighthouse
toilet bathtub shower soap shampoo towel toothbrush toothpaste comb hairbrush hairdryer razor
lotion perfume lipstick makeup cosmetic tissue bandage plaster medicine pill tablet capsule syringe
stethoscope crutch
computer laptop notebook keyboard mouse monitor screen display printer scanner projector speaker
headphones headset earphones microphone webcam camera camcorder tripod lens phone telephone
smartphone cellphone television remote radio stereo router modem server console joystick gamepad
controller calculator typewriter chip circuit antenna cassette record turntable gadget device
appliance machine vacuum broom mop dustpan duster iron hanger clothespin washer dryer trash garbage
rubbish recycling
toy puzzle jigsaw lego chess checkers pawn domino top yoyo kite frisbee boomerang slingshot
trampoline slide seesaw rattle whistle bell xylophone tambourine maraca guitar violin cello piano
organ flute clarinet saxophone trumpet trombone tuba harmonica accordion harp banjo ukulele drum
cymbal bat racket paddle club bow arrow sword dagger spear shield gun pistol rifle cannon bullet
bomb grenade target net goal dumbbell barbell kettlebell weight treadmill ski skis snowboard skate
surfboard raft oar anchor buoy fishing rod lure saddle whip leash trophy medal ribbon
tree bush shrub plant flower rose tulip daisy sunflower lily orchid cactus fern moss grass leaf
branch twig stick log trunk root bark seed vine ivy bamboo palm pine oak forest jungle garden lawn
park field meadow farm hill mountain volcano cliff valley canyon cave desert beach island ocean sea
lake river stream waterfall pond puddle swamp ice snow snowball snowflake icicle rain cloud storm
lightning rainbow sun moon star planet comet sky fire flame smoke ash dust sand mud dirt clay soil
gravel
money coin bill banknote cash check key keychain lock padlock handcuffs badge flag banner
wreath garland ornament gift present bow wrapper cigarette cigar pipe ashtray matchbox coffin
grave tombstone cross crucifix altar pedestal pillar column arch dome plank board beam post pole
rod bar tube tile shingle pane panel slab sheet foil film fabric cloth rag felt silk wool cotton
velvet leather fur plastic rubber metal steel copper brass bronze aluminium wood cardboard concrete
gadget thingamajig souvenir trinket knickknack hardware accessory equipment instrument vessel
receptacle holder stand rack dispenser lid cover cap cork stopper handle knob rim spout straw
toothpick skewer sachet jerrycan thermos teabag eggcup cruet tureen ramekin casserole griddle
crockpot pestle mortar crucible hive nest cage aquarium kennel stable trough feeder perch
"""

_COMPOUNDS = """
coffee mug;coffee cup;tea cup;soda can;tin can;beer can;drink can;soup can;pop can;fizzy drink;
water bottle;wine bottle;beer bottle;plastic bottle;glass bottle;baby bottle;wine glass;beer glass;
drinking glass;paper cup;plastic cup;frying pan;sauce pan;saucepan;cooking pan;cooking pot;stew pot;
tea pot;tea kettle;coffee pot;coffee maker;soup bowl;salad bowl;mixing bowl;cereal bowl;fruit bowl;
dinner plate;paper plate;side plate;soup spoon;wooden spoon;tea spoon;table spoon;measuring cup;
cutting board;rolling pin;bottle opener;can opener;kitchen knife;cardboard box;gift box;shoe box;
tissue box;cereal box;lunch box;tool box;match box;jewelry box;toy box;music box;mail box;
toy block;wooden block;building block;alphabet block;rubik's cube;ice cube;sugar cube;
toy ball;bouncy ball;rubber ball;tennis ball;golf ball;soccer ball;beach ball;bowling ball;
billiard ball;ping pong ball;baseball;cricket ball;crystal ball;snow ball;disco ball;
toy car;model car;toy truck;toy bus;toy train;toy plane;toy boat;race car;racing car;sports car;
police car;fire truck;fire engine;pickup truck;school bus;garbage truck;dump truck;toy vehicle;
rubber duck;toy duck;bath duck;rubber ducky;ducky;teddy bear;stuffed animal;toy animal;toy bird;
rubber chicken;toy robot;action figure;claw hammer;phillips screwdriver;hand tool;power drill;
electric drill;tape measure;measuring tape;utility knife;pocket knife;swiss army knife;wire cutter;
work tool;garden tool;hand saw;allen key;adjustable wrench;nail gun;glue gun;paint brush;paint can;
traffic light;stop sign;fire hydrant;parking meter;traffic cone;street light;street lamp;phone booth;
cell phone;mobile phone;remote control;computer mouse;game controller;video game;hard drive;usb stick;
memory card;light bulb;desk lamp;floor lamp;alarm clock;wall clock;power strip;extension cord;
baseball bat;baseball glove;tennis racket;hockey stick;golf club;pool cue;jump rope;hula hoop;
roller skate;ice skate;life jacket;fishing rod;sleeping bag;swimming pool;dining table;coffee table;
rocking chair;office chair;high chair;potted plant;flower pot;plant pot;watering can;garden hose;
trash can;garbage can;rubbish bin;waste basket;laundry basket;shopping cart;shopping bag;paper bag;
plastic bag;tea bag;hand bag;back pack;first aid kit;band aid;hot dog;ice cream;french fries;
fried egg;bell pepper;sweet potato;green bean;bok choy;peanut butter;maple syrup;soft drink;
orange juice;bottle of water;cup of tea;chewing gum;candy bar;chocolate bar;piece of fruit;
hot air balloon;cruise ship;steam engine;polar bear;guinea pig;sea lion;killer whale;praying mantis;
sea shell;palm tree;christmas tree;christmas ornament;pine cone;snow globe;piggy bank;chess piece;
playing card;credit card;id card;business card;greeting card;text book;comic book;coloring book;
exercise book;picture book;cook book;phone book;address book;sketch book;hair dryer;hair brush;
tooth brush;tooth paste;nail polish;nail clipper;shaving cream;toilet paper;paper towel;hand soap;
bar of soap;vacuum cleaner;washing machine;ironing board;clothes hanger;sewing machine;safety pin;
rubber band;paper clip;hole punch;pencil case;pencil sharpener;fountain pen;ballpoint pen;highlighter;
magnifying glass;telescope;microscope;binoculars;test tube;petri dish;bunsen burner;weighing scale;
oven mitt;oven glove;kitchen towel;dish soap;salt shaker;pepper mill;pepper grinder;egg carton;
milk carton;juice box;ice pack;wine rack;cake stand;bread board;cheese grater;garlic press;ice tray;
muffin tin;cookie jar;candy jar;jam jar;mason jar;honey jar;spice jar;flower vase;perfume bottle;
pill bottle;spray bottle;squeeze bottle;ketchup bottle;oil drum;gas can;fuel can;propane tank
"""

EVERYDAY: tuple[str, ...] = tuple(
    dict.fromkeys(
        [*_WORDS.split(), *(word.strip() for word in _COMPOUNDS.replace('\n', '').split(';'))]
    )
)
"""Nouns and compounds, each once."""

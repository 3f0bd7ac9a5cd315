"""How English names one thing among others. ``parser.parse`` is the way in."""

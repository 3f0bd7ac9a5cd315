"""How the bundled segmenter is made: procedural crops, a small network, one CPU core."""

"""The tabletop benchmark: how often the right mask follows the right object."""

"""A room with walking figures and a mobile base in it."""

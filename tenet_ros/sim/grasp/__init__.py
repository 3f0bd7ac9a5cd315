"""A tabletop with real physics and a gripper: where a program may act on what it was told."""

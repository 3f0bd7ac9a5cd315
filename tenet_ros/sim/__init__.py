"""A simulated tabletop: scenes, a camera, ground truth, and sentences whose truth is known."""

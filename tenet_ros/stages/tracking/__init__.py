"""The parts of the tracker: motion model, association, the arrays of all tracks, their history."""

"""Inference engines behind one protocol. Nothing is imported here: engines load on demand."""

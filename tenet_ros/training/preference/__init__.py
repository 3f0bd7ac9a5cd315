"""The learned preference head: symbolic data, training, calibration, export, evaluation.

``python -m tenet_ros.training.preference --help`` says how.
"""

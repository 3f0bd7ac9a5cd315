"""The stages of the pipeline: detector, tracker, preference, decision, segmenter."""

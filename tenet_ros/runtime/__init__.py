"""Threads, queues, clocks and counters around the pipeline."""

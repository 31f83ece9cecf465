"""Experiment files: what is trained, and why."""

"""One training run, from an experiment file to sealed artefacts."""

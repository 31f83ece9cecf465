"""How well a model does, and whether it is worth its opacity."""

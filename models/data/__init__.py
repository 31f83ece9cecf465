"""The data a model is trained on: for now an invented population whose truth is known."""

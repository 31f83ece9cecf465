"""One function per bad input of `tests/bad_inputs.toml`, found by its number."""

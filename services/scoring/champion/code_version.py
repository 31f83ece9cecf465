"""Identifies the code that computes an estimate: a replay reports whether the same code computed both."""

import hashlib
from functools import cache
from importlib import resources

_PACKAGES = ("models.features", "models.inference")


@cache
def code_version() -> str:
    """The first 16 hexadecimal digits of a SHA-256 over every file of these packages."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        files = [file for file in resources.files(package).iterdir() if file.name.endswith((".py", ".toml"))]
        for file in sorted(files, key=lambda file: file.name):
            digest.update(f"{package}/{file.name}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]

"""Secrets that a browser or a program holds: 256 random bits, of which only a digest is kept here."""

import hashlib
import secrets

_BYTES = 32


def new() -> str:
    return secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """Enough for a secret that nobody can guess; a password needs more."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()

"""Secrets of browsers and programs: 256 random bits, of which only a digest is stored here."""

import hashlib
import secrets

_BYTES = 32


def new() -> str:
    return secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """A plain hash suffices for a random secret; a password needs more."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()

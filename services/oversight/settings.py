"""Settings of oversight: those of every service."""

from services.kernel.settings import Settings

__all__ = ["Settings"]

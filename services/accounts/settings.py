"""Settings of accounts: those of every service. The local sign-in is on in demonstration mode and nowhere else."""

from services.kernel.settings import Settings

__all__ = ["Settings"]

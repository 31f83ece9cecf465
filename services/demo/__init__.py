"""Invented referrals, moved to every stage through the system's own HTTP, as the demonstration users."""

"""What the model sees of a referral. Pure Python: scoring imports this package."""

"""What scoring imports: a verified model, one estimate or many. Needs lightgbm and numpy alone."""

"""What scoring imports: a verified model, one estimate or many. Needs LightGBM's library alone."""

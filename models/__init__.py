"""How a model comes to be, and what scoring uses of it. Knows no service."""

"""Events in another order than they happened in, and each of them several times."""

"""Distributed mode, on Kafka and PostgreSQL: what each part of it does a second beside the part alone."""

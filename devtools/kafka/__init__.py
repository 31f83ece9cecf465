"""Apache Kafka without Docker: the real broker in KRaft mode, from its jars, for tests and for `make kafka`."""

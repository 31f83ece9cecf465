"""The real parts that tests run against: each is found, started on a spare loopback port, and stopped with the test."""

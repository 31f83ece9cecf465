"""Waymark in one process: every service on SQLite and the durable log, behind one web server."""

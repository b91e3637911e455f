"""Payment providers' HTTP APIs, written for the tests: each runs in a process of its own on loopback."""

"""What a test holds: keys, and what else the mock has for it."""

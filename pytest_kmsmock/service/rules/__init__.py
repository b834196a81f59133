"""Rules as tables and pure functions: what a key admits, and what time does to it."""

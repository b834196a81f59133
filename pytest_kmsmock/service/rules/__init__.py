"""Rules as tables and pure functions: what a key admits, and what becomes of it."""

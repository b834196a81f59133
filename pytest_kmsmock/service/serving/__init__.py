"""The way of a request: what operations share on it."""

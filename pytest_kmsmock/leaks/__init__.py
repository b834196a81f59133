"""Leaks: what a mock has handed out that is secret, and where it appears."""

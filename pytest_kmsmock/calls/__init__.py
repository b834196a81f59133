"""The record as a test reads it."""

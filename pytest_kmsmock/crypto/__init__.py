"""Bytes in, bytes out: this ring knows no keys, no states and no requests."""

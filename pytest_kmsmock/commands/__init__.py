"""Commands for a shell, a module each; `__main__` has their table."""

"""Keys that are read from a file or a mapping, and written to one."""

"""The operations of the API: a row in the table, and a function in the module of its subject."""

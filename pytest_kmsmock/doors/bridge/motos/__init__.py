"""
What moto has: its backends, as far as the bridge has to know what lies in them.

Supported are moto 5.0.0 and newer; `tox -e beside-moto` tests both ends.
"""

"""Ways in: how a call comes from a client to the service, and back."""

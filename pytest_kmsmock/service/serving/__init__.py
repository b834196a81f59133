"""What the operations share on the way of a request."""

"""All that changes in the service."""

"""The values that the service keeps and reckons with: frozen, without a rule of their own."""

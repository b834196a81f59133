"""The emulated KMS: a plain object that knows nothing of pytest or of clients."""

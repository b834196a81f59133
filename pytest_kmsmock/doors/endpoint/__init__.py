"""The endpoint: KMS by HTTP, for processes that are not ours."""

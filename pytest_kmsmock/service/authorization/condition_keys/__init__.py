"""The condition keys: those of KMS, those of all services, and how they are looked up."""

"""Services that another mock answers for, and that ask this KMS as those of AWS ask theirs."""

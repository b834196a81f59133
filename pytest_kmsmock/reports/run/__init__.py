"""What a whole run used of KMS, and which failures no test has provoked."""

"""What is printed after a test."""

"""The API as botocore's model has it: requests decoded and checked, times, errors."""

"""Migration: what a suite that uses moto's KMS meets under this one."""

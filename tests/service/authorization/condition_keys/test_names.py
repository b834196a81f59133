"""Names of condition keys: which row a name means, and which values a test can give it."""

from __future__ import annotations

from typing import Any


def test_old_names_of_keys_are_known(query: Any, value: Any) -> None:
    """Deprecated, and still evaluated. Source: KMS Developer Guide."""
    asked = query("kms:Encrypt")

    assert value("kms:CustomerMasterKeySpec", asked) == "SYMMETRIC_DEFAULT"
    assert value("kms:CustomerMasterKeyUsage", asked) == "ENCRYPT_DECRYPT"
    assert value("kms:RecipientAttestation:PCR8:ServiceName", asked) is None

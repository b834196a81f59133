"""What to write where AWS refuses what moto lets pass."""

from __future__ import annotations

import pytest

from pytest_kmsmock.plugin.migration.advice import advice_on


@pytest.mark.parametrize(
    ("code", "message", "part"),
    [
        ("MalformedPolicyDocumentException", "", "json.dumps"),
        (
            "MalformedPolicyDocumentException",
            "The new key policy will not allow you to update the key policy in the future.",
            "BypassPolicyLockoutSafetyCheck=True",
        ),
        (
            "InvalidKeyUsageException",
            "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.",
            "EncryptionAlgorithm='RSAES_OAEP_SHA_256'",
        ),
        ("ValidationException", "Digest is invalid length for algorithm X.", "hashlib.sha256"),
        ("DisabledException", "arn is disabled.", "enable the key before"),
        ("KMSInvalidStateException", "arn is pending deletion.", "CancelKeyDeletion"),
        ("SomethingElse", "", "AWS refuses it too"),
    ],
)
def test_advice_is_by_the_code_and_the_words(code: str, message: str, part: str) -> None:
    assert part in advice_on(code, message)

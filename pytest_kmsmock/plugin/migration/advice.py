"""Advice: what to write where AWS refuses what moto lets pass, a table."""

from __future__ import annotations

import re
from typing import Final

# By the code, and by what the message says; the first that fits.
_ADVICE: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "MalformedPolicyDocumentException",
        "will not allow you to update",
        "the policy locks its author out: add a statement that allows kms:* to "
        "arn:aws:iam::ACCOUNT:root, or pass BypassPolicyLockoutSafetyCheck=True; for a suite whose "
        "policies do not matter, set kms_lockout_check = false.",
    ),
    (
        "MalformedPolicyDocumentException",
        "",
        "the policy is no policy: leave Policy out, or write one by json.dumps, with Version, "
        "Statement, and in each statement Effect, Principal, Action and Resource.",
    ),
    (
        "InvalidKeyUsageException",
        "SYMMETRIC_DEFAULT",
        "an asymmetric key needs its algorithm: pass EncryptionAlgorithm='RSAES_OAEP_SHA_256' to "
        "Encrypt and to Decrypt.",
    ),
    (
        "InvalidKeyUsageException",
        "",
        "the key is made for something else: pass the KeyUsage and the KeySpec to CreateKey that "
        "the operation needs, and an algorithm of that key spec.",
    ),
    (
        "ValidationException",
        "[Dd]igest",
        "a digest is as long as the hash of the signing algorithm makes it: pass "
        "hashlib.sha256(message).digest() for SHA_256 with MessageType='DIGEST', or the message "
        "itself with MessageType='RAW'.",
    ),
    (
        "ValidationException",
        "",
        "a parameter breaks what the API says of it: the message names it and its limits.",
    ),
    (
        "DisabledException",
        "",
        "moto lets disabled keys work: enable the key before, or expect "
        "client.exceptions.DisabledException if the test is about it.",
    ),
    (
        "KMSInvalidStateException",
        "pending deletion",
        "moto lets keys work whose deletion is scheduled: call CancelKeyDeletion and EnableKey "
        "before, or expect client.exceptions.KMSInvalidStateException.",
    ),
    (
        "KMSInvalidStateException",
        "",
        "the key is in a state that does not admit it: see the table of key states.",
    ),
    (
        "InvalidCiphertextException",
        "",
        "the ciphertext is none of this key, or was made with another encryption context: let "
        "the test encrypt what it decrypts, with the same EncryptionContext.",
    ),
    (
        "IncorrectKeyException",
        "",
        "the ciphertext is of another key than KeyId says: leave KeyId out, or name the key that "
        "has encrypted it.",
    ),
    (
        "NotFoundException",
        "",
        "the key or the alias is not there: let the test make it by CreateKey and CreateAlias, by "
        "kms.create_key(alias=…) or by the option kms_keys.",
    ),
    (
        "InvalidArnException",
        "",
        "the operation takes no alias there, or the ARN or the principal is none: pass the key's "
        "ID or ARN.",
    ),
    (
        "AlreadyExistsException",
        "",
        "the alias is there already: DeleteAlias before, or UpdateAlias.",
    ),
    (
        "UnsupportedOperationException",
        "",
        "the key's origin or its kind does not admit the operation.",
    ),
    (
        "LimitExceededException",
        "",
        "a quota is used up; kms.quotas changes it for a test.",
    ),
    (
        "AccessDeniedException",
        "",
        "the policies do not allow it: kms.explain(call) tells which statement decided.",
    ),
)
_OTHERWISE: Final = "AWS refuses it too; expect the error, or change the call."


def advice_on(code: str, message: str) -> str:
    """Return what to write where a call is refused so."""
    return next(
        (
            advice
            for of_code, pattern, advice in _ADVICE
            if of_code == code and re.search(pattern, message)
        ),
        _OTHERWISE,
    )

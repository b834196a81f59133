"""
Grants: the value, and the rules on what one may say.

Source: KMS Developer Guide, "Grants in AWS KMS"; KMS API Reference, CreateGrant.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import re
from collections.abc import Mapping
from typing import Any, Final

import attrs

from ...crypto import symmetric
from ...crypto.randomness import Randomness
from .key import KmsKey
from .specs import KeyUsage

# What a grant can permit on a key of each usage, besides `ON_EVERY_KEY`.
GRANT_OPERATIONS: Final[Mapping[KeyUsage, frozenset[str]]] = {
    "ENCRYPT_DECRYPT": frozenset({"Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo"}),
    "SIGN_VERIFY": frozenset({"Sign", "Verify"}),
    "GENERATE_VERIFY_MAC": frozenset({"GenerateMac", "VerifyMac"}),
    "KEY_AGREEMENT": frozenset({"DeriveSharedSecret"}),
    "ENCAPSULATE_DECAPSULATE": frozenset({"Encapsulate", "Decapsulate"}),
}
ON_EVERY_KEY: Final = frozenset({"CreateGrant", "RetireGrant", "DescribeKey"})
ON_SYMMETRIC_KEYS: Final = frozenset(
    {
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
    }
)
ON_KEY_PAIRS: Final = frozenset({"GetPublicKey"})

MAX_CONTEXT_PAIRS: Final = 8
MAX_CONTEXT_VALUE_LENGTH: Final = 384
_PRINCIPAL: Final = (
    r"arn:(?P<partition>aws[a-z-]*):("
    r"iam::[0-9]{12}:(root|(user|role)/[\w+=,.@/-]+)"
    r"|sts::[0-9]{12}:(assumed-role/(?:aws:)?[\w+=,.@-]+|federated-user)/[\w+=,.@-]+)"
    # As ListGrants shows grants of services, and as services make them.
    r"|[0-9]{12}|[a-z0-9.-]+\.amazonaws\.com(\.cn)?"
)


@attrs.frozen(kw_only=True)
class Grant:
    """
    A grant. Times are seconds since the epoch.

    Attributes:
        id: 64 hex digits.
        name: Empty if it has none.
        key_arn: The key that it is for.
        members: Who and what: the members of the request that ListGrants shows.
        issuing_account: The root principal of the account that made it.
    """

    id: str
    name: str
    key_arn: str
    members: Mapping[str, Any]
    issuing_account: str
    creation_date: float

    @property
    def terms(self) -> str:
        """What makes it another grant than one of the same name."""
        return terms_of(self.members)

    @property
    def retiring_principal(self) -> str | None:
        return self.members.get("RetiringPrincipal") or self.members.get("RetiringServicePrincipal")


_sorted_json: Final = json.JSONEncoder(sort_keys=True).encode


def terms_of(members: Mapping[str, Any]) -> str:
    """Return *members* as a text, the same for equal terms; an operation counts once."""
    return _sorted_json({**members, "Operations": sorted({*members["Operations"]})})


def operations_of(key: KmsKey) -> frozenset[str]:
    """Return what a grant can permit on *key*."""
    return _operations_of(key.usage, key.spec.kind)


@functools.cache
def _operations_of(usage: KeyUsage, kind: str) -> frozenset[str]:
    of_kind = {"symmetric": ON_SYMMETRIC_KEYS, "asymmetric": ON_KEY_PAIRS}
    return GRANT_OPERATIONS[usage] | ON_EVERY_KEY | of_kind.get(kind, frozenset())


def is_principal(text: str, partition: str) -> bool:
    """Tell whether *text* can be a grantee: an account, user, role, session or service."""
    match = re.fullmatch(_PRINCIPAL, text)
    return match is not None and match["partition"] in (None, partition)


def is_grant_id(text: str) -> bool:
    return re.fullmatch("[0-9a-f]{64}", text) is not None


def new_grant_id(randomness: Randomness) -> str:
    return randomness.draw(32).hex()


def seal_token(token_key: bytes, grant: Grant, randomness: Randomness) -> str:
    """Return a grant token, another one at each call, that `open_token` opens."""
    nonce = randomness.draw(symmetric.NONCE_LENGTH)
    content = f"{grant.key_arn} {grant.id}".encode()
    sealed = nonce + symmetric.seal(token_key, nonce, content, b"grant")
    return base64.urlsafe_b64encode(sealed).decode()


def open_token(token_key: bytes, token: str) -> tuple[str, str] | None:
    """Return the key ARN and the grant ID of *token*, or None if it was never given out."""
    try:
        sealed = base64.urlsafe_b64decode(token)
    except (binascii.Error, ValueError):
        return None
    nonce, rest = sealed[: symmetric.NONCE_LENGTH], sealed[symmetric.NONCE_LENGTH :]
    if len(rest) < symmetric.TAG_LENGTH:
        return None
    content = symmetric.open_(token_key, nonce, rest, b"grant")
    if content is None:
        return None
    key_arn, _, grant_id = content.decode().partition(" ")
    return key_arn, grant_id

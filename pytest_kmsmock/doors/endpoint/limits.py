"""Limits of the endpoint, and its routes: each a row that says who may ask for what."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

HEAD_BYTES: Final = 64 * 1024
"""The most that the first line and the headers of a request may have."""

BODY_BYTES: Final = 1024 * 1024
"""The most that a body may have."""

RECEIVE_SECONDS: Final = 20.0
"""How long a request may take from its first byte to its last; for TLS, the handshake too."""

ANSWER_SECONDS: Final = 9.0
"""How long a complete request may wait for its answer, real delays apart."""

LINGER_SECONDS: Final = 2.0
"""How long is read on, unread, of a request that has been refused before its end."""

LINGER_BYTES: Final = 16 * 1024 * 1024
"""How much, likewise."""

PATIENCE_SECONDS: Final = 60.0
"""How long clients wait for an answer unless they are told otherwise."""

BACKLOG: Final = 1024
"""How many connections may wait to be accepted."""

WORKERS: Final = 8
"""How many slow operations go on at once."""


class Route(NamedTuple):
    """
    What can be asked for.

    Attributes:
        action: ``call`` is an operation of KMS, which is signed; ``health`` is that there is
            somebody, and is open to all.
        only_when_asked: It is there if the author has asked for it.
    """

    path: str
    method: str
    action: Literal["call", "health"]
    only_when_asked: bool = False


ROUTES: Final = (
    Route("/", "POST", "call"),
    Route("/_localstack/health", "GET", "health", only_when_asked=True),
)

CONTENT_TYPES: Final = frozenset(("application/x-amz-json-1.1", "application/x-amz-json-1.0"))
"""What a body of a call may be."""

# Operations that neither write nor compute with key pairs: they are over before another thread
# could begin them. `Encrypt` and `Decrypt` are for symmetric keys only.
QUICK: Final = frozenset(
    (
        *("Decrypt", "DescribeCustomKeyStores", "DescribeKey", "Encrypt", "GenerateDataKey"),
        *("GenerateDataKeyWithoutPlaintext", "GenerateMac", "GenerateRandom", "GetKeyLastUsage"),
        *("GetKeyPolicy", "GetKeyRotationStatus", "ListAliases", "ListGrants", "ListKeyPolicies"),
        *("ListKeyRotations", "ListKeys", "ListResourceTags", "ListRetirableGrants", "VerifyMac"),
    )
)

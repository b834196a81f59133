"""
The proxy that can back an external key store, and the external keys behind it: frozen values.

No real one exists, so the author of a test says what it is like.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

from .key_store import Connectivity

ProxyAnswer = Literal[
    "well", "late", "never", "nonsense", "denied", "unhealthy", "unsupported", "corrupt"
]


@attrs.frozen(kw_only=True)
class ProxyKey:
    """
    A key of an external key manager.

    Attributes:
        secret: 32 bytes.
        status: ``ENABLED`` or what else its manager says.
        usage: Some of ``ENCRYPT``, ``DECRYPT`` and whatever else there is.
    """

    key_id: str
    secret: bytes = attrs.field(repr=False)
    spec: str = "AES_256"
    status: str = "ENABLED"
    usage: tuple[str, ...] = ("ENCRYPT", "DECRYPT")


@attrs.frozen(kw_only=True)
class Proxy:
    """
    An external key store proxy, with the keys that it reaches.

    Attributes:
        service_name: Of its VPC endpoint service; None with a public endpoint.
        service_owner: The account of that service.
        service_valid: It meets the requirements.
        tls_valid: KMS can set up a TLS connection to it.
        answers: How it answers.
        connection_error: Why it cannot be connected, one of `PROXY_ERRORS`.
    """

    number: int
    connectivity: Connectivity
    endpoint: str
    path: str
    access_key_id: str = attrs.field(repr=False)
    secret_access_key: str = attrs.field(repr=False)
    service_name: str | None = None
    service_owner: str | None = None
    service_valid: bool = True
    reachable: bool = True
    tls_valid: bool = True
    answers: ProxyAnswer = "well"
    keys: Mapping[str, ProxyKey] = attrs.field(factory=dict, repr=False)
    connection_error: str | None = None

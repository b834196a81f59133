"""
Verification of signatures, by the signer that botocore's clients have.

Source: AWS General Reference, "Signature Version 4"; the texts are AWS's.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from botocore.auth import SigV4Auth
from botocore.credentials import ReadOnlyCredentials

from ...checks import REGION_PATTERN
from ...service.api.errors import UnrecognizedClientException
from . import real_time
from .errors import InvalidSignatureException
from .signatures import DATE, Head, Signature

SERVICE: Final = "kms"
_MINUTES: Final = 5
_MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)


class Credentials(NamedTuple):
    """
    What a request is signed with.

    Attributes:
        token: The session token; None if the access key is one that lasts.
    """

    access_key: str
    secret: str
    token: str | None = None

    # Secret.
    def __repr__(self) -> str:
        return f"<credentials {self.access_key}>"


def verify(
    head: Head,
    body: bytes,
    signature: Signature,
    credentials_of: Callable[[str], Credentials | None],
) -> None:
    """
    Verify that *signature* is that of a request.

    Args:
        credentials_of: Returns those of an access key, None if nobody knows it.

    Raises:
        KmsError: It is not, in AWS's words.
    """
    credentials = credentials_of(signature.access_key)
    if credentials is None or not _same(credentials.token or "", signature.token or ""):
        raise UnrecognizedClientException
    _check_scope(signature)
    if "host" not in signature.signed:
        raise InvalidSignatureException(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
        )
    _check_date(signature)
    digest = hashlib.sha256(body).hexdigest()
    stated = head.header("x-amz-content-sha256")
    if stated is not None and stated != digest:
        raise InvalidSignatureException(_MISMATCH)
    request: Any = _Request(head, digest, signature)
    signer = _Signer(credentials, signature)
    wanted = signer.signature(
        signer.string_to_sign(request, signer.canonical_request(request)), request
    )
    if not _same(wanted, signature.value):
        raise InvalidSignatureException(_MISMATCH)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


class _Request:
    """A request as botocore's signer reads one."""

    def __init__(self, head: Head, digest: str, signature: Signature) -> None:
        self.method = head.method
        pairs = [each for each in head.query.split("&") if each]
        query = "&".join(each for each in pairs if not each.startswith("X-Amz-Signature="))
        self.url = f"http://endpoint{head.path}" + (f"?{query}" if query else "")
        self.params: Mapping[str, str] = {}
        self.context = {"timestamp": signature.date}
        self.headers = {"X-Amz-Content-SHA256": digest}
        self.signed = _Headers({name: head.headers.get(name, ("",)) for name in signature.signed})


class _Headers(dict[str, Sequence[str]]):
    """Headers by name, as botocore's signer reads them."""

    def get_all(self, name: str) -> Sequence[str]:
        return self[name]


class _Signer(SigV4Auth):
    """botocore's signer, for the headers that the client has signed, whichever they are."""

    def __init__(self, credentials: Credentials, signature: Signature) -> None:
        known = ReadOnlyCredentials(credentials.access_key, credentials.secret, credentials.token)
        super().__init__(known, SERVICE, signature.region)

    def headers_to_sign(self, request: Any) -> Any:
        return request.signed


def _check_scope(signature: Signature) -> None:
    wrong = []
    if not re.fullmatch(REGION_PATTERN, signature.region):
        wrong.append("Credential should be scoped to a valid region.")
    if signature.service != SERVICE:
        wrong.append(f"Credential should be scoped to correct service: '{SERVICE}'.")
    if signature.term != "aws4_request":
        wrong.append("Credential should be scoped with a valid terminator: 'aws4_request'.")
    if signature.day != signature.date[:8]:
        wrong.append(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{signature.day}' != '{signature.date[:8]}', from '{signature.date}'."
        )
    if wrong:
        raise InvalidSignatureException(" ".join(wrong))


def _check_date(signature: Signature) -> None:
    """Let the time be real, or that of this process, if a test has changed it."""
    refusals = [_refusal(signature, now) for now in (real_time.wall(), real_time.python())]
    if None not in refusals:
        raise InvalidSignatureException(str(refusals[0]))


def _refusal(signature: Signature, now: float) -> str | None:
    """Return what is wrong with the date of a signature at *now*, None if nothing is."""
    tolerance = _MINUTES * 60
    lasts = tolerance if signature.seconds is None else signature.seconds
    if signature.time < now - lasts:
        limit = f"({_shown(now)} - {lasts // 60} min.)"
        return (
            f"Signature expired: {signature.date} is now earlier than {_shown(now - lasts)} {limit}"
        )
    if signature.time > now + tolerance:
        limit = f"({_shown(now)} + {_MINUTES} min.)"
        return (
            f"Signature not yet current: {signature.date} is still later than "
            f"{_shown(now + tolerance)} {limit}"
        )
    return None


def _shown(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime(DATE)

"""
Signatures of requests, as their headers or their queries have them.

Source: AWS General Reference, "Signature Version 4"; the texts are AWS's.
"""

from __future__ import annotations

import base64
import datetime as dt
import email.utils
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import unquote_plus

from ...checks import REGION_PATTERN
from .errors import (
    IncompleteSignatureException,
    MissingAuthenticationTokenException,
)

ALGORITHM: Final = "AWS4-HMAC-SHA256"
_LONGEST_PRESIGNED: Final = 7 * 24 * 3600
DATE: Final = "%Y%m%dT%H%M%SZ"


class Head(NamedTuple):
    """
    What comes before the body of a request.

    Attributes:
        query: As it was sent, without the question mark.
        headers: By their names in lower case; those of one name in one list.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, Sequence[str]]

    def header(self, name: str) -> str | None:
        """Return the header *name*, in lower case; None if there is none."""
        values = self.headers.get(name)
        return None if values is None else ",".join(values)

    def members(self) -> dict[str, str]:
        """Return the names and values of the query."""
        pairs = [each.partition("=") for each in self.query.split("&") if each]
        return {unquote_plus(name): unquote_plus(value) for name, _, value in pairs}


class Signature(NamedTuple):
    """A signature as a request has it, and what it says of itself."""

    access_key: str
    day: str
    region: str
    service: str
    term: str
    signed: tuple[str, ...]
    value: str
    date: str
    time: float
    token: str | None
    seconds: int | None = None


def signature_of(head: Head) -> Signature:
    """
    Return the signature of a request, from its header or, presigned, from its query.

    Raises:
        KmsError: There is none, or it has not the form of one.
    """
    authorization = head.header("authorization")
    if authorization is not None:
        return _of_header(head, authorization)
    if "X-Amz-" in head.query:
        members = head.members()
        if "X-Amz-Signature" in members or "X-Amz-Credential" in members:
            return _of_query(members)
    raise MissingAuthenticationTokenException


def claim_of(head: Head) -> Signature | None:
    """Return the signature of a request, whether it is right or not; None if it has none."""
    try:
        signature = signature_of(head)
    except (IncompleteSignatureException, MissingAuthenticationTokenException):
        return None
    return signature if re.fullmatch(REGION_PATTERN, signature.region) else None


def _of_header(head: Head, authorization: str) -> Signature:
    algorithm, _, rest = authorization.strip().partition(" ")
    if not algorithm.startswith("AWS4-"):
        raise MissingAuthenticationTokenException
    parts = {
        name.strip(): value.strip()
        for name, _, value in (each.partition("=") for each in rest.split(","))
    }
    date = _date_of(head)
    lacks = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if not parts.get(name)
    ]
    if date is None:
        lacks.append(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    if lacks or date is None or algorithm != ALGORITHM:
        digest = base64.b64encode(hashlib.sha256(authorization.encode()).digest()).decode()
        lacks.append(f"(Hashed with SHA-256 and encoded with Base64) Authorization={digest}")
        raise IncompleteSignatureException(" ".join(lacks))
    token = head.header("x-amz-security-token")
    signed = parts["SignedHeaders"]
    return _signature(parts["Credential"], signed, parts["Signature"], date, token, None)


def _of_query(members: Mapping[str, str]) -> Signature:
    names = (
        *("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"),
        *("X-Amz-SignedHeaders", "X-Amz-Date", "X-Amz-Expires"),
    )
    lacks = [
        f"AWS query-string parameters must include '{name}'."
        for name in names
        if not members.get(name)
    ]
    if lacks:
        raise IncompleteSignatureException(" ".join((*lacks, "Re-examine the query-string.")))
    if members["X-Amz-Algorithm"] != ALGORITHM:
        raise IncompleteSignatureException(
            f"Unsupported AWS 'algorithm': '{members['X-Amz-Algorithm']}'."
        )
    seconds = members["X-Amz-Expires"]
    if not re.fullmatch("[0-9]{1,6}", seconds) or not 1 <= int(seconds) <= _LONGEST_PRESIGNED:
        raise IncompleteSignatureException(
            "X-Amz-Expires must be a number of seconds, no more than a week."
        )
    return _signature(
        members["X-Amz-Credential"],
        members["X-Amz-SignedHeaders"],
        members["X-Amz-Signature"],
        members["X-Amz-Date"],
        members.get("X-Amz-Security-Token"),
        int(seconds),
    )


def _signature(
    credential: str, signed: str, value: str, date: str, token: str | None, seconds: int | None
) -> Signature:
    scope = credential.split("/")
    if len(scope) != 5:
        raise IncompleteSignatureException(
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            f"keyid/date/region/service/term, got '{credential}'."
        )
    try:
        time = _time_of(date)
    except ValueError:
        raise IncompleteSignatureException(
            "Date must be in ISO-8601 'basic format'. "
            f"Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601."
        ) from None
    names = tuple(name.lower() for name in signed.split(";"))
    access_key, day, region, service, term = scope
    return Signature(
        access_key, day, region, service, term, names, value, date, time, token, seconds
    )


def _date_of(head: Head) -> str | None:
    """Return when a request says that it was signed, in the form that was signed."""
    date = head.header("x-amz-date")
    if date is not None:
        return date
    try:
        parsed = email.utils.parsedate_to_datetime(head.header("date") or "")
    except (TypeError, ValueError):
        return None
    return parsed.astimezone(dt.UTC).strftime(DATE)


def _time_of(date: str) -> float:
    # Not by `strptime` of the module, whose class freezegun replaces.
    if not re.fullmatch("[0-9]{8}T[0-9]{6}Z", date):
        raise ValueError(date)
    parts = (date[:4], date[4:6], date[6:8], date[9:11], date[11:13], date[13:15])
    return dt.datetime(*map(int, parts), tzinfo=dt.UTC).timestamp()  # type: ignore[misc, arg-type]

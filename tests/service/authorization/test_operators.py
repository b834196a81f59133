"""Condition operators: each with a value of a request and one of a policy."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pytest_kmsmock.service.authorization.grammar import OPERATOR_NAMES
from pytest_kmsmock.service.authorization.operators import OPERATORS
from pytest_kmsmock.service.authorization.variables import template

TRAIL = "arn:aws:cloudtrail:us-west-2:111122223333:trail/main"


def compare(operator: str, value: Any, wanted: str) -> bool:
    text = template(wanted, has_variables=True)
    return OPERATORS[operator].compares(value, text, {"aws:username": "ann"}.get)


def test_there_are_the_27_operators_of_iam() -> None:
    """Source: IAM User Guide, "Condition operators"."""
    assert len(OPERATORS) == 27
    assert set(OPERATORS) == OPERATOR_NAMES
    negated = {name for name, row in OPERATORS.items() if row.is_negated}
    assert negated == {name for name in OPERATORS if "Not" in name}


@pytest.mark.parametrize(
    ("operator", "value", "wanted", "fits"),
    [
        ("StringEquals", "red", "red", True),
        ("StringEquals", "red", "RED", False),
        ("StringEquals", "red", "r*d", False),
        ("StringEquals", "r*d", "r*d", True),
        ("StringEquals", "r*d", "r${*}d", True),
        ("StringEquals", "ann", "${aws:username}", True),
        ("StringEquals", "ann", "${aws:PrincipalTag/x}", False),
        ("StringEquals", True, "true", True),
        ("StringEquals", 30, "30", True),
        ("StringEqualsIgnoreCase", "red", "RED", True),
        ("StringEqualsIgnoreCase", "red", "R*D", False),
        ("StringLike", "arn:aws:s3:::bucket/key", "arn:aws:s3*key", True),
        ("StringLike", "red", "r?d", True),
        ("StringLike", "red", "R*", False),
        ("StringLike", "a.c", "a.c", True),
        ("StringLike", "abc", "a.c", False),
        ("StringLike", "r*d", "r${*}d", True),
        ("StringLike", "red", "r${*}d", False),
        ("NumericEquals", 7, "7", True),
        ("NumericEquals", 7, "7.0", True),
        ("NumericEquals", "7.0", "7", True),
        ("NumericEquals", 7, "seven", False),
        ("NumericEquals", "seven", "7", False),
        ("NumericEquals", 7, "1" * 100_000, False),
        ("NumericEquals", 7, " +7. ", True),
        ("NumericEquals", " 7\n", "7", True),
        ("NumericEquals", -7, "-7", True),
        ("NumericEquals", 7, "-7", False),
        ("NumericEquals", "0.5", ".5", True),
        ("NumericEquals", 700, "7e2", False),
        ("NumericEquals", 7, "", False),
        ("NumericEquals", 7, "7".zfill(64), True),
        ("NumericEquals", 7, "7".zfill(65), False),
        ("NumericLessThan", 6, "7", True),
        ("NumericLessThan", 7, "7", False),
        ("NumericLessThanEquals", 6, "7", True),
        ("NumericLessThanEquals", 7, "7", True),
        ("NumericLessThanEquals", 8, "7", False),
        ("NumericGreaterThan", 8, "7.5", True),
        ("NumericGreaterThan", 7, "7", False),
        ("NumericGreaterThanEquals", 8, "7", True),
        ("NumericGreaterThanEquals", 7, "7", True),
        ("NumericGreaterThanEquals", 6, "7", False),
        ("NumericGreaterThanEquals", 7, "${aws:username}", False),
        ("DateEquals", "2026-01-02T00:00:00Z", "2026-01-02", True),
        ("DateEquals", "2026-01-02T00:00:00Z", "2026-01-02T01:00:00+01:00", True),
        ("DateEquals", "2026-01-02T00:00:00Z", "1767312000", True),
        ("DateEquals", 1767312000, "2026-01-02T00:00:00.000Z", True),
        ("DateEquals", "2026-01-02T00:00:00Z", " 2026-01-02T00:00:00Z ", True),
        ("DateEquals", "2026-01-02T00:00:00Z", "2026-01-02T00:00:01Z", False),
        ("DateEquals", "2026-01-02T00:00:00Z", "tomorrow", False),
        ("DateLessThan", "2026-01-01T23:59:59Z", "2026-01-02T00:00:00Z", True),
        ("DateLessThan", 1767312000, "2026-01-02", False),
        ("DateLessThanEquals", 1767311999, "2026-01-02", True),
        ("DateLessThanEquals", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z", True),
        ("DateLessThanEquals", 1767312001, "2026-01-02", False),
        ("DateGreaterThan", 1767312001, "2026-01-02", True),
        ("DateGreaterThanEquals", 1767312001, "2026-01-02", True),
        ("DateGreaterThanEquals", 1767312000, "2026-01-02", True),
        ("DateGreaterThanEquals", 1767311999, "2026-01-02", False),
        ("DateGreaterThan", 1767312000, "2026-01-02", False),
        ("Bool", True, "true", True),
        ("Bool", True, "TRUE", True),
        ("Bool", False, "false", True),
        ("Bool", False, "true", False),
        ("Bool", "True", "true", True),
        ("Bool", True, "${aws:username}", False),
        ("Bool", "red", "red", False),
        ("Bool", "no", "", False),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ6", False),
        ("BinaryEquals", "no Base64!", "no Base64!", False),
        ("IpAddress", "203.0.113.7", "203.0.113.0/24", True),
        ("IpAddress", "203.0.113.7", "203.0.113.9/24", True),
        ("IpAddress", "203.0.113.7", "203.0.113.7", True),
        ("IpAddress", "203.0.113.8", "203.0.113.7", False),
        ("IpAddress", "2001:db8::7", "2001:db8::/32", True),
        ("IpAddress", "2001:db8::7", "2001:db8::7", True),
        ("IpAddress", "203.0.113.7", "::/0", False),
        ("IpAddress", "2001:db8::7", "0.0.0.0/0", False),
        ("IpAddress", "somewhere", "0.0.0.0/0", False),
        ("IpAddress", "203.0.113.7", "0.0.0.0/99", False),
        ("ArnLike", TRAIL, "arn:aws:cloudtrail:*:111122223333:trail/*", True),
        ("ArnLike", TRAIL, "arn:aws:cloudtrail:*:*:trail/m?in", True),
        ("ArnLike", TRAIL, "arn:aws:cloudtrail:*", False),
        ("ArnLike", TRAIL, "arn:aws:*:trail/main", False),
        ("ArnLike", TRAIL, "*", True),
        ("ArnLike", TRAIL, "ARN:aws:cloudtrail:*:*:trail/main", False),
        ("ArnLike", "arn:aws:sns:us-west-2:1:a:b", "arn:aws:sns:*:*:a:b", True),
        ("ArnLike", "arn:aws:sns:us-west-2:1:a:b", "arn:aws:sns:*:*:a*", True),
        ("ArnLike", "arn:aws:iam::1:user/ann", "arn:aws:iam::*:user/${aws:username}", True),
        ("ArnLike", "arn:aws:iam::1:user/a:x", "arn:aws:iam::*:user/${aws:Tag/a}", False),
        ("ArnLike", "ARN:aws:iam::1:user/ann", "*:aws:iam::1:user/ann", False),
        ("ArnLike", "arn:aws:iam::1", "arn:aws:iam::1", False),
        ("ArnLike", "no ARN", "*:*:*:*:*:*", False),
        ("ArnEquals", TRAIL, "arn:aws:cloudtrail:*:111122223333:trail/*", True),
    ],
)  # fmt: skip
def test_what_fits_what(operator: str, value: Any, wanted: str, fits: bool) -> None:
    """What is none of the operator's type fits nothing, on either side."""
    assert compare(operator, value, wanted) is fits


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="only Unix can change the zone")
def test_a_date_without_a_zone_is_of_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the tests run."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "EST+5")
        time.tzset()
        fits = compare("DateEquals", 1767312000, "2026-01-02")
    time.tzset()

    assert fits

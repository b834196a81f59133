"""Policies: what a call costs more when they decide on it."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pytest_kmsmock import KmsMock

from .figures import Figure, Form, settled
from .rows import Row, first_rows
from .sides import Sides
from .timing import Call, Prepare, compared, in_turns, medians

SECTION: Final = "policies"
_OPERATIONS: Final = ("Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey")
_LIMIT: Final = 1.5
_SHORT_LIMIT: Final = 2.4
_ROLE: Final = "arn:aws:iam::123456789012:role/bench"
# As an application has one: some actions on some keys, under a condition.
_POLICY: Final[Mapping[str, Any]] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey"],
            "Resource": "arn:aws:kms:*:123456789012:key/*",
            "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
        },
        {"Effect": "Allow", "Action": "kms:List*", "Resource": "*"},
        {"Effect": "Deny", "Action": "kms:ScheduleKeyDeletion", "Resource": "*"},
    ],
}


def measured(form: Form) -> Iterator[Figure]:
    """Yield a figure for each of the commonest operations."""
    sides = Sides.new()
    for row in first_rows():
        if row.operation in _OPERATIONS:
            yield from settled(functools.partial(_measure, row, sides, form), form)


def _measure(row: Row, sides: Sides, form: Form) -> list[Figure]:
    with sides.active() as mock:
        role = mock.principal(_ROLE, policies=[_POLICY])
        client = mock.client(principal=role)
        timed = row.timed(client, row.setup(mock.client()))
        subjects = {
            "on": _prepared(mock, timed, enforces=True),
            "off": _prepared(mock, timed, enforces=False),
        }
        times = in_turns(subjects, form.row_seconds)
    return [
        Figure(
            section=SECTION,
            name=row.operation,
            of="with policies, ÷ without them",
            spread=compared(times, lambda part: part["on"] / part["off"]),
            budget=_LIMIT,
            short_budget=_SHORT_LIMIT,
            detail={f"{name} µs": value for name, value in medians(times).items()},
        )
    ]


def _prepared(mock: KmsMock, timed: Prepare, *, enforces: bool) -> Prepare:
    def prepare() -> Call:
        mock.calls.clear()
        mock.enforce_policies = enforces
        return timed()

    return prepare

"""
The picture of a decision: what policies and grants say to a call, question by question.

Only the questions are written here. Every combination of answers is tried on a mock, and what
it decided says where a question ends the matter.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import attrs
import outlines
from botocore.exceptions import ClientError
from outlines import Row

from pytest_kmsmock import KmsMock, mock_kms
from pytest_kmsmock.service.authorization.decision import Outcome

PAGE: Final = "docs/pictures/decision.svg"
_OURS, _OTHERS = "123456789012", "111122223333"
_CALLER: Final = f"arn:aws:iam::{_OURS}:user/caller"
_NAMED: Final = {
    "caller": _CALLER,
    "account": f"arn:aws:iam::{_OURS}:root",
    "nobody": f"arn:aws:iam::{_OTHERS}:user/somebody-else",
}


@attrs.frozen
class Case:
    """What there is when somebody calls."""

    is_denied: bool = False
    is_on_key: bool = True
    is_own: bool = True
    is_across: bool = True
    key_policy: Literal["caller", "account", "nobody"] = "nobody"
    is_iam: bool = False
    is_grant: bool = False


@attrs.frozen
class Question:
    """
    One that AWS asks, in its order.

    Attributes:
        splits: It leads to different questions, rather than ending the matter.
    """

    text: str
    is_so: Callable[[Case], bool]
    splits: bool = False


QUESTIONS: Final = (
    Question("Does a Deny apply, of the key policy or an IAM policy?", lambda it: it.is_denied),
    Question("Is it about a key?", lambda it: it.is_on_key, splits=True),
    Question("Is the key of the caller's account?", lambda it: it.is_own, splits=True),
    Question("Does the operation work across accounts?", lambda it: it.is_across),
    Question("Does the key policy allow the caller?", lambda it: it.key_policy == "caller"),
    Question(
        "Does the key policy allow the caller or its account, and IAM too?",
        lambda it: it.key_policy != "nobody" and it.is_iam,
    ),
    Question("Does an IAM policy allow it?", lambda it: it.is_iam),
    Question("Does a grant allow it?", lambda it: it.is_grant),
)


def cases() -> Iterator[Case]:
    """Yield all combinations that there can be."""
    for is_denied, is_iam in itertools.product((True, False), repeat=2):
        yield Case(is_denied=is_denied, is_on_key=False, is_iam=is_iam)
        for is_own, is_across in ((True, True), (False, True), (False, False)):
            if is_denied and not is_across:
                # It is refused for either, and AWS does not say for which.
                continue
            for key_policy in ("caller", "account", "nobody"):
                for is_grant in (True, False):
                    yield Case(
                        is_denied=is_denied,
                        is_own=is_own,
                        is_across=is_across,
                        key_policy=key_policy,
                        is_iam=is_iam,
                        is_grant=is_grant,
                    )


def tried(case: Case) -> Outcome:
    """Return what a mock decides where things are as in *case*."""
    with mock_kms(account=_OURS, lockout_check=False) as kms:
        policies = [_policy("Allow")] * case.is_iam
        # Where there is no key, no key policy can deny.
        policies += [_policy("Deny")] * (case.is_denied and not case.is_on_key)
        client = kms.client(principal=kms.principal(_CALLER, policies=policies))
        _call(kms, client, case)
        rulings = kms.calls[-1]._row.rulings
        assert rulings
        return rulings[0].outcome


def _call(kms: KmsMock, client: Any, case: Case) -> None:
    with contextlib.suppress(ClientError):
        if not case.is_on_key:
            client.list_keys()
            return
        statements = [{"Effect": "Allow", "Principal": {"AWS": _NAMED[case.key_policy]}}]
        if case.is_denied:
            statements.append({"Effect": "Deny", "Principal": {"AWS": _CALLER}})
        key = kms.create_key(
            account=_OURS if case.is_own else _OTHERS,
            policy={
                "Version": "2012-10-17",
                "Statement": [{**each, "Action": "kms:*", "Resource": "*"} for each in statements],
            },
        )
        if case.is_grant:
            key._do("CreateGrant", GranteePrincipal=_CALLER, Operations=["Encrypt"])
        if case.is_across:
            client.encrypt(KeyId=key.arn, Plaintext=b"m")
        else:
            client.disable_key(KeyId=key.arn)


def _policy(effect: str) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def picture() -> str:
    """Return the picture as SVG."""
    found = {case: tried(case) for case in cases()}
    return outlines.drawn(
        [*flow(found, QUESTIONS)], "How the mock decides; the list on this page says the same."
    )


def flow(
    found: Mapping[Case, Outcome], questions: Sequence[Question], depth: int = 0, lead: str = ""
) -> Iterator[Row]:
    """Yield the questions that still matter for the cases of *found*, and where each leads."""
    if len({outcome.allows for outcome in found.values()}) == 1:
        yield _end(found, depth, lead)
        return
    question, *later = questions
    sides = [
        {case: outcome for case, outcome in found.items() if question.is_so(case) is answer}
        for answer in (True, False)
    ]
    ends = [len({outcome.allows for outcome in side.values()}) == 1 for side in sides]
    if not all(sides) or not (question.splits or any(ends)):
        yield from flow(found, later, depth, lead)
        return
    yield Row(depth, f"{lead}{question.text}", kind="a")
    # What ends the matter, or is the shorter way, comes first, below its question.
    aside = 0 if ends[0] or (not ends[1] and len(sides[0]) < len(sides[1])) else 1
    leads = ("Yes: ", "No: ")
    yield from flow(sides[aside], later, depth + 1, leads[aside])
    is_last = all(ends)
    yield from flow(sides[1 - aside], later, depth + is_last, leads[1 - aside])


def _end(found: Mapping[Case, Outcome], depth: int, lead: str) -> Row:
    outcomes = list(found.values())
    reasons = dict.fromkeys(outcome.value for outcome in outcomes)
    word, kind = ("allowed", "good") if outcomes[0].allows else ("refused", "bad")
    return Row(depth, f"{lead}{word}", "; or ".join(reasons), kind)

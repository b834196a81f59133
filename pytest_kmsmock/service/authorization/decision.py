"""
Decisions: may the caller do what it asks for?

In AWS's order: a Deny anywhere ends it; then the key policy to the caller; the key policy
to its account, and IAM; grants. Across accounts both sides must allow. Source: KMS
Developer Guide, "Determining access to AWS KMS keys"; IAM User Guide, "Policy evaluation
logic".
"""

from __future__ import annotations

import enum
from typing import Final

import attrs

from ..values.grant import GRANT_OPERATIONS, ON_EVERY_KEY, ON_KEY_PAIRS, ON_SYMMETRIC_KEYS
from . import grants
from .condition_keys.row import Value
from .grants import RetiringRight, Verdict
from .principals import Coverage
from .query import Query, Situation, World
from .statements import Mismatch, Policy, Statement, policy_of

GRANTABLE: Final = frozenset(
    f"kms:{operation}"
    for operations in (*GRANT_OPERATIONS.values(), ON_EVERY_KEY, ON_SYMMETRIC_KEYS, ON_KEY_PAIRS)
    for operation in operations
)


class Outcome(enum.Enum):
    """What decided."""

    KEY_POLICY = "the key policy allows the caller"
    ACCOUNT = "the key policy leaves it to the account, and IAM allows"
    BOTH_ACCOUNTS = "the key policy allows, and so does IAM in the caller's account"
    IAM = "IAM allows"
    GRANT = "a grant allows"
    RIGHT_TO_RETIRE = "the grant is the caller's to retire"

    DENIED_BY_KEY_POLICY = "the key policy denies"
    DENIED_BY_IAM = "an IAM policy denies"
    NO_IAM = "no IAM policy allows it"
    NO_KEY_POLICY = "the key policy does not allow it"
    NO_KEY = "there is no such key, or it is not to be spoken of"
    NOT_ACROSS_ACCOUNTS = "the operation does not work across accounts"
    NOT_IN_PARTITION = "nobody knows the caller in this partition"
    NO_RIGHT_TO_RETIRE = "the grant is not the caller's to retire"

    @property
    def allows(self) -> bool:
        return self in _ALLOWING


_ALLOWING: Final = (
    Outcome.KEY_POLICY,
    Outcome.ACCOUNT,
    Outcome.BOTH_ACCOUNTS,
    Outcome.IAM,
    Outcome.GRANT,
    Outcome.RIGHT_TO_RETIRE,
)


@attrs.frozen
class Finding:
    """
    What a statement on the right action says.

    Attributes:
        policy_number: Which of the caller's IAM policies it is in, from 1; 0 in a key policy.
        coverage: How far it reaches the caller.
        mismatch: Why it does not apply; None if it does.
        values: Of a Deny that applies, what the request has for each of its conditions.
        questions: What AWS leaves open and mattered here; see `open_questions`.
    """

    statement: Statement
    policy_number: int
    coverage: Coverage
    mismatch: Mismatch | None
    values: tuple[Value, ...]
    questions: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Ruling:
    """
    The decision on one query.

    Attributes:
        iam_allows: The caller's IAM policies do, or it is the root user.
        findings: What the statements on the right action say.
        verdicts: What the grants say that name the caller, up to the first that allows.
        right: What lets the caller retire the grant.
        questions: What else AWS leaves open and mattered.
    """

    query: Query
    outcome: Outcome
    iam_allows: bool
    findings: tuple[Finding, ...]
    verdicts: tuple[Verdict, ...] = ()
    right: RetiringRight | None = None
    questions: tuple[str, ...] = ()

    @property
    def allows(self) -> bool:
        return self.outcome.allows


def not_across_accounts(query: Query) -> Ruling:
    """Return the decision on a key of another account that only its own can call for."""
    return Ruling(query=query, outcome=Outcome.NOT_ACROSS_ACCOUNTS, iam_allows=False, findings=())


def not_in_partition(query: Query) -> Ruling:
    """Return the decision on what is asked in another partition than that of the caller."""
    return Ruling(query=query, outcome=Outcome.NOT_IN_PARTITION, iam_allows=False, findings=())


def decide(query: Query, world: World) -> Ruling:
    """Return the decision on *query*."""
    at = Situation(query, world)
    key, caller = query.key, query.caller
    of_key: list[Finding] = []
    key_policy = query.new_policy
    if query.authority == "key" and key is not None and key_policy is None:
        key_policy = world.policy_of(key)
    if key_policy is not None:
        of_key = _ask(policy_of(key_policy, "key policy"), 0, at)
    of_caller: list[Finding] = []
    for number, text in enumerate(caller.policies, start=1):
        of_caller += _ask(policy_of(text, "IAM policy"), number, at)
    iam_allows = caller.kind == "root" or _allows(of_caller)

    def ruling(outcome: Outcome, **more: object) -> Ruling:
        return Ruling(
            query=query,
            outcome=outcome,
            iam_allows=iam_allows,
            findings=(*of_key, *of_caller),
            questions=at.take_questions(),
            **more,  # type: ignore[arg-type]  # of Ruling's own fields
        )

    denied_by_key, denied_by_caller = _denies(of_key), _denies(of_caller)
    if denied_by_caller and (query.is_cross_account or not denied_by_key):
        return ruling(Outcome.DENIED_BY_IAM)
    if denied_by_key:
        # If both deny, nobody knows of which AWS speaks; likewise below, if neither allows.
        return ruling(Outcome.DENIED_BY_KEY_POLICY)
    if query.authority == "grant":
        right = grants.right_to_retire(at, iam_allows)
        if right is not None:
            return ruling(Outcome.RIGHT_TO_RETIRE, right=right)
        return ruling(Outcome.NO_RIGHT_TO_RETIRE if iam_allows else Outcome.NO_IAM)
    if query.authority != "key":
        if not query.permission.startswith("kms:"):
            at.reads("dependent-permissions")
        return ruling(Outcome.IAM if iam_allows else Outcome.NO_IAM)
    if key_policy is None:
        return ruling(Outcome.NO_KEY if iam_allows else Outcome.NO_IAM)
    reach = _reach(of_key)
    is_let_in = reach is not Coverage.NOBODY
    if query.is_cross_account:
        if is_let_in and iam_allows:
            return ruling(Outcome.BOTH_ACCOUNTS)
    elif reach is Coverage.CALLER:
        return ruling(Outcome.KEY_POLICY)
    elif is_let_in and iam_allows:
        return ruling(Outcome.ACCOUNT)
    verdicts: list[Verdict] = []
    if query.permission in GRANTABLE:
        for verdict in grants.verdicts(at, iam_allows):
            verdicts.append(verdict)
            if verdict.failure is None:
                return ruling(Outcome.GRANT, verdicts=(*verdicts,))
    if query.is_cross_account:
        refusal = Outcome.NO_KEY_POLICY if iam_allows else Outcome.NO_IAM
    else:
        refusal = Outcome.NO_IAM if is_let_in else Outcome.NO_KEY_POLICY
    return ruling(refusal, verdicts=(*verdicts,))


def locks_out(query: Query, world: World) -> bool:
    """
    Tell whether the caller could not change the new key policy of *query* again.

    Neither grants nor what the policy says to others helps. Source: KMS API Reference,
    PutKeyPolicy, BypassPolicyLockoutSafetyCheck.
    """
    return not decide(query, world).allows


def _ask(policy: Policy, number: int, at: Situation) -> list[Finding]:
    """Return what the statements of *policy* say that are on the query's permission."""
    found = []
    for statement in policy.on(at.query.permission):
        coverage = statement.covers(at)
        if coverage is Coverage.NOBODY:
            mismatch: Mismatch | None = Mismatch("Principal")
        else:
            if statement.conditions and at.query.new_policy is not None:
                at.reads("conditions-at-lockout")
            mismatch = statement.mismatch(at)
        values: tuple[Value, ...] = ()
        if statement.denies and mismatch is None:
            values = tuple(condition.key.value(at) for condition in statement.conditions)
        found.append(Finding(statement, number, coverage, mismatch, values, at.take_questions()))
    return found


def _denies(findings: list[Finding]) -> bool:
    return any(finding.statement.denies for finding in findings if finding.mismatch is None)


def _allows(findings: list[Finding]) -> bool:
    return _reach(findings) is not Coverage.NOBODY


def _reach(findings: list[Finding]) -> Coverage:
    """Return how far the statements go that allow and apply."""
    reached = Coverage.NOBODY
    for finding in findings:
        if finding.mismatch is None and not finding.statement.denies:
            if finding.coverage is Coverage.CALLER:
                return Coverage.CALLER
            reached = Coverage.ACCOUNT
    return reached

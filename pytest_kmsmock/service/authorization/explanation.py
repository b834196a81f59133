"""
Explanations: which statement, grant or absence decided, and what would have to change.

They are for the author of a test and tell all; what AWS tells is in `denials`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from .condition_keys.row import Value
from .conditions import Condition, shown
from .decision import GRANTABLE, Finding, Outcome, Ruling
from .grants import Verdict
from .open_questions import OPEN_QUESTIONS
from .principals import Coverage
from .query import Query
from .statements import Mismatch

_SHOWN_GRANTS: Final = 5
_SHOWN_NAMES: Final = 3


def explanation(rulings: Sequence[Ruling]) -> str:
    """Return why *rulings*, all those on one call, came out as they did: a line for each thing."""
    refused = [ruling for ruling in rulings if not ruling.allows]
    return "\n".join(line for ruling in refused[:1] or rulings for line in _lines(ruling))


def reason(rulings: Sequence[Ruling]) -> str:
    """Return in a sentence what decided."""
    refused = [ruling for ruling in rulings if not ruling.allows]
    return "; ".join(
        f"{ruling.query.permission}{_under(ruling.query)}: {_decisive(ruling)}"
        for ruling in refused[:1] or rulings
    )


def _lines(ruling: Ruling) -> Iterator[str]:
    query = ruling.query
    verb = "is allowed" if ruling.allows else "is not allowed"
    yield (
        f"{query.caller.arn} {verb} {query.permission} on {query.resource}{_under(query)}: "
        f"{_decisive(ruling)}."
    )
    if not ruling.allows:
        yield from (f"- {line}" for line in _details(ruling))
        yield f"- To allow it, {_remedy(ruling)}."
    for question in _questions(ruling):
        yield f"- AWS leaves open {OPEN_QUESTIONS[question]}."


def _decisive(ruling: Ruling) -> str:
    """Return what decided, naming the statement or the grant."""
    outcome = ruling.outcome
    applying = [finding for finding in ruling.findings if finding.mismatch is None]
    query = ruling.query
    of_key = [_name(each, query) for each in applying if each.statement.policy == "key policy"]
    of_caller = [_name(each, query) for each in applying if each.statement.policy == "IAM policy"]
    by_root = "the root user has every IAM permission"
    iam = f"{of_caller[0]} allows it" if of_caller else by_root
    if outcome is Outcome.KEY_POLICY:
        by_name = [each for each in applying if each.coverage is Coverage.CALLER]
        return f"{_name(by_name[0], query)} allows it to the caller"
    if outcome is Outcome.ACCOUNT:
        return f"{of_key[0]} leaves it to the account's IAM policies, and {iam}"
    if outcome is Outcome.BOTH_ACCOUNTS:
        return f"{of_key[0]} allows it to the other account, and {iam}"
    if outcome is Outcome.IAM:
        return iam
    if outcome is Outcome.GRANT:
        return f"{_grant(ruling.verdicts[-1])} permits it"
    if outcome is Outcome.RIGHT_TO_RETIRE:
        return str(ruling.right)
    if outcome in (Outcome.DENIED_BY_KEY_POLICY, Outcome.DENIED_BY_IAM):
        return f"{_name(_denying(ruling), query)} denies it"
    return str(outcome.value).replace("the key policy", _key_policy(query))


def _denying(ruling: Ruling) -> Finding:
    policy = "key policy" if ruling.outcome is Outcome.DENIED_BY_KEY_POLICY else "IAM policy"
    return next(
        finding
        for finding in ruling.findings
        if finding.mismatch is None
        and finding.statement.denies
        and finding.statement.policy == policy
    )


def _details(ruling: Ruling) -> Iterator[str]:
    """Yield what each side says to a query that is refused."""
    query = ruling.query
    if ruling.outcome in (Outcome.DENIED_BY_KEY_POLICY, Outcome.DENIED_BY_IAM):
        denying = _denying(ruling)
        yield _sentence(_name(denying, query), _denial(denying))
        return
    if ruling.outcome is Outcome.NOT_ACROSS_ACCOUNTS:
        yield f"The key is one of account {query.account}, the caller is of {query.caller.account}."
        return
    if ruling.outcome is Outcome.NOT_IN_PARTITION:
        yield (
            f"{query.region} is not of the partition {query.caller.partition}; an account and its "
            "principals are of one partition, by which their ARNs begin."
        )
        return
    has_key_policy = query.authority == "key" and (query.key or query.new_policy) is not None
    if has_key_policy:
        absence = f"No statement of {_key_policy(query)} is on"
        yield from _details_of(ruling, "key policy", absence)
    if query.caller.kind == "root":
        yield "The caller is a root user, which has every IAM permission."
    elif query.caller.kind == "service":
        yield "The caller is a service, which has no IAM policies."
    elif not query.caller.policies:
        yield "The caller has no IAM policies."
    else:
        yield from _details_of(ruling, "IAM policy", "No statement of its IAM policies is on")
    if has_key_policy and _can_be_granted(query):
        yield from _details_of_grants(ruling.verdicts)


def _details_of(ruling: Ruling, policy: str, absence: str) -> Iterator[str]:
    findings = [
        finding
        for finding in ruling.findings
        if finding.statement.policy == policy and not finding.statement.denies
    ]
    for finding in findings:
        yield _sentence(_name(finding, ruling.query), _said(finding, ruling.query))
    if not findings:
        yield f"{absence} {ruling.query.permission}."


def _said(finding: Finding, query: Query) -> str:
    statement, mismatch = finding.statement, finding.mismatch
    if mismatch is None:
        if finding.coverage is Coverage.ACCOUNT:
            return f"leaves it to the IAM policies of account {query.caller.account}"
        return "allows it"
    if mismatch.element == "Principal":
        principals = statement.principals
        assert principals is not None
        return f"is for others, {_listed(sorted(principals.aws | principals.services))}"
    if mismatch.element == "Resource":
        texts = _listed(statement.resources.texts)
        if statement.policy == "key policy":
            return f'has another Resource than "*", which covers nothing: {texts}'
        return f"is for other resources: {'all but ' * statement.resources.is_negated}{texts}"
    if mismatch.element == "aliases":
        return (
            "depends on kms:ResourceAliases, which lets nobody in "
            "as long as the key has more aliases than its quota"
        )
    assert mismatch.condition is not None
    return f"its condition is not met: {mismatch.condition}; {_has(mismatch)}"


def _has(mismatch: Mismatch) -> str:
    """Return what the request has for a condition that is not met."""
    assert mismatch.condition is not None
    return _has_for(mismatch.condition, mismatch.value)


def _has_for(condition: Condition, value: Value) -> str:
    key = condition.key
    if value is not None:
        return f"the request has {shown(value)} for {key.text}"
    # Of some the author of a test must be told that nobody else says what they are.
    given = ", which context= of kms.principal() can give" if key.row.is_given else ""
    return f"the request lacks {key.text}{given}"


def _details_of_grants(verdicts: Sequence[Verdict]) -> Iterator[str]:
    if not verdicts:
        yield "No grant on the key names the caller."
    # Those that at least permit the operation tell most.
    ordered = sorted(verdicts, key=lambda verdict: verdict.failure == "operation")
    for verdict in ordered[:_SHOWN_GRANTS]:
        yield _sentence(_grant(verdict), _FAILURES[verdict.failure or ""].format(**_of(verdict)))
    if len(ordered) > _SHOWN_GRANTS:
        yield f"{len(ordered) - _SHOWN_GRANTS} other grants to the caller do not permit it either."


_FAILURES: Final = {
    "operation": "permits {operations} only",
    "too new": "is so new that it does not count yet, except for who shows its token",
    "encryption context": "its constraint is not met: {constraints}",
    "source ARN": "its constraint is not met: {constraints}; it is for calls of services",
    "operations of the new grant": "permits {operations} only, and the new grant more than that",
    "constraints of the new grant": "the new grant must be constrained as strictly: {constraints}",
    "IAM": "is to the account, so that an IAM policy must allow it too",
}


def _of(verdict: Verdict) -> dict[str, str]:
    members = verdict.grant.members
    return {
        "operations": ", ".join(members["Operations"]),
        "constraints": str(members.get("Constraints", {})),
    }


def _grant(verdict: Verdict) -> str:
    grant = verdict.grant
    name = f' ("{grant.name}")' if grant.name else ""
    return f"grant {grant.id[:8]}…{name}"


def _denial(denying: Finding) -> str:
    conditions = denying.statement.conditions
    if not conditions:
        return "denies it, whatever else allows it"
    met = zip(conditions, denying.values, strict=True)
    has = ", and ".join(_has_for(condition, value) for condition, value in met)
    return f"denies it where {' and '.join(map(str, conditions))}; {has}"


def _remedy(ruling: Ruling) -> str:
    query, outcome = ruling.query, ruling.outcome
    permission, resource = query.permission, query.resource
    who = query.caller.principal_arn or query.caller.arn
    iam = f"an IAM policy of {who} must allow {permission} on {resource}"
    if outcome in (Outcome.DENIED_BY_KEY_POLICY, Outcome.DENIED_BY_IAM):
        denying = _denying(ruling)
        met = ", or one of its conditions must not be met" if denying.statement.conditions else ""
        return f"{_name(denying, query)} must no longer deny it{met}"
    if outcome is Outcome.NOT_ACROSS_ACCOUNTS:
        return f"the caller must be of account {query.account}"
    if outcome is Outcome.NOT_IN_PARTITION:
        return f"the caller must be of the partition of {query.region}"
    if outcome is Outcome.NO_RIGHT_TO_RETIRE or query.authority == "grant":
        return (
            "the caller must be the grant's retiring principal, its grantee if it permits "
            "RetireGrant, or somebody whom IAM allows kms:RetireGrant in the account that made it"
        )
    if query.authority != "key":
        return iam
    if outcome is Outcome.NO_KEY:
        return f"there must be a key {resource}, and its key policy must allow it to {who}"
    if query.is_cross_account:
        return _cross_account_remedy(ruling, iam, who)
    key_policy = _key_policy(query)
    if outcome is Outcome.NO_IAM:
        return f"{iam}; or {key_policy} must allow it to {who} itself{_or_else(query)}"
    if query.caller.kind == "service":
        return f"{key_policy} must allow {permission} to the service {who}{_or_else(query)}"
    also = "" if ruling.iam_allows else f" and {iam}"
    account = next(name for name in sorted(query.caller.account_names) if name.startswith("arn:"))
    if query.caller.kind == "root":
        return f"{key_policy} must allow {permission} to {account}{_or_else(query)}"
    return f"{key_policy} must allow {permission} to {who}, or to {account}{also}{_or_else(query)}"


def _cross_account_remedy(ruling: Ruling, iam: str, who: str) -> str:
    query = ruling.query
    is_let_in = any(
        finding.mismatch is None and not finding.statement.denies
        for finding in ruling.findings
        if finding.statement.policy == "key policy"
    )
    key_policy = (
        f"the key policy, of account {query.account}, must allow {query.permission} to {who} "
        f"or its account"
    )
    needed = [iam] * (not ruling.iam_allows) + [key_policy] * (not is_let_in)
    return " and ".join(needed) + _or_else(query)


def _or_else(query: Query) -> str:
    """Return what else would allow it, if anything does."""
    if query.new_policy is not None:
        return "; or the request must say BypassPolicyLockoutSafetyCheck"
    operation = query.permission.removeprefix("kms:")
    return f"; or a grant must permit {operation} to it" if _can_be_granted(query) else ""


def _can_be_granted(query: Query) -> bool:
    return query.permission in GRANTABLE and query.new_policy is None


def _under(query: Query) -> str:
    return "" if query.new_policy is None else " under the new key policy"


def _key_policy(query: Query) -> str:
    return "the key policy" if query.new_policy is None else "the new key policy"


def _name(finding: Finding, query: Query) -> str:
    statement = finding.statement
    policy = _key_policy(query)
    if statement.policy == "IAM policy":
        policy = f"IAM policy {finding.policy_number}"
    sid = f' ("{statement.sid}")' if statement.sid else ""
    return f"statement {statement.number}{sid} of {policy}"


def _sentence(subject: str, said: str) -> str:
    return f"{subject[0].upper()}{subject[1:]}: {said}."


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    return ", ".join(names[:_SHOWN_NAMES]) + more


def _questions(ruling: Ruling) -> list[str]:
    """Return the open questions that mattered, each once."""
    found = [*ruling.questions]
    for finding in ruling.findings:
        if finding.mismatch is None or not ruling.allows:
            found += finding.questions
    for verdict in ruling.verdicts:
        if verdict.failure is None or not ruling.allows:
            found += verdict.questions
    return list(dict.fromkeys(found))

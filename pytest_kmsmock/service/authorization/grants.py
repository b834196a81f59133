"""
Grants: whom they let do what, and who may end them.

Source: KMS Developer Guide, "Grants in AWS KMS"; KMS API Reference, CreateGrant,
RetireGrant, GrantConstraints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import attrs

from ..values.grant import Grant
from .query import Situation, context_constraint

# Operations that a constraint on the encryption context says nothing about.
_WITHOUT_CONTEXT: Final = ("kms:DescribeKey", "kms:RetireGrant")

# Why a grant to the caller does not allow what it asks for.
Failure = Literal[
    "operation",
    "too new",
    "encryption context",
    "source ARN",
    "operations of the new grant",
    "constraints of the new grant",
    "IAM",
]


@attrs.frozen
class Verdict:
    """What a grant says to a query: it allows it, or fails to."""

    grant: Grant
    failure: Failure | None
    questions: tuple[str, ...] = ()


def verdicts(at: Situation, iam_allows: bool) -> Iterator[Verdict]:
    """
    Yield what each grant says that names the caller, or its account.

    Args:
        iam_allows: The caller's IAM policies do, which a grant to its account needs.
    """
    query = at.query
    assert query.key is not None
    caller = query.caller
    for name in sorted(caller.names):
        if not name.startswith(("AIDA", "AROA")):
            for grant in at.world.grants_to(query.key, name):
                yield _verdict(at, grant)
    for name in sorted(caller.account_names):
        for grant in at.world.grants_to(query.key, name):
            at.reads("account-as-grantee")
            verdict = _verdict(at, grant)
            if verdict.failure is None and caller.kind != "root" and not iam_allows:
                verdict = attrs.evolve(verdict, failure="IAM")
            yield verdict


def _verdict(at: Situation, grant: Grant) -> Verdict:
    failure = _failure(at, grant)
    if failure is None and at.query.is_cross_account:
        at.reads("cross-account-grantee")
    return Verdict(grant, failure, at.take_questions())


def _failure(at: Situation, grant: Grant) -> Failure | None:
    query = at.query
    members = grant.members
    if query.permission.removeprefix("kms:") not in members["Operations"]:
        return "operation"
    if not at.world.is_seen(grant):
        return "too new"
    constraints: Mapping[str, Any] = members.get("Constraints") or {}
    if "SourceArn" in constraints and query.permission != "kms:RetireGrant":
        source = query.caller.context.get("aws:sourcearn")
        if query.caller.kind != "service":
            at.reads("source-arn-of-direct-call")
            return "source ARN"
        if source != constraints["SourceArn"]:
            return "source ARN"
    if query.permission == "kms:CreateGrant":
        return _failure_of_child(at, members)
    wanted = context_constraint(constraints)
    if wanted is None or query.permission in _WITHOUT_CONTEXT:
        return None
    context = query.encryption_context
    if _fits(wanted, context):
        return None
    if _fits((wanted[0], _lower_keys(wanted[1])), _lower_keys(context)):
        at.reads("case-of-constraint-keys")
    return "encryption context"


def _fits(wanted: tuple[str, Mapping[str, str]], context: Mapping[str, str]) -> bool:
    name, pairs = wanted
    if name == "EncryptionContextEquals":
        return pairs == context
    # No context at all fits no constraint.
    return bool(context) and pairs.items() <= context.items()


def _failure_of_child(at: Situation, parent: Mapping[str, Any]) -> Failure | None:
    """Return why *parent* does not let its grantee make the grant that the request is for."""
    params = at.query.params
    if not set(params["Operations"]) <= set(parent["Operations"]):
        at.reads("two-parents")
        return "operations of the new grant"
    constraints = parent.get("Constraints") or {}
    wanted = context_constraint(constraints)
    of_child = params.get("Constraints") or {}
    if "SourceArn" in constraints and of_child.get("SourceArn") != constraints["SourceArn"]:
        return "constraints of the new grant"
    if wanted is not None:
        given = context_constraint(of_child)
        if given is None or not _is_as_strict(given, wanted):
            return "constraints of the new grant"
    return None


def _is_as_strict(
    child: tuple[str, Mapping[str, str]], parent: tuple[str, Mapping[str, str]]
) -> bool:
    if parent[0] == "EncryptionContextEquals":
        return child == parent
    return parent[1].items() <= child[1].items()


def _lower_keys(context: Mapping[str, str]) -> Mapping[str, str]:
    return {key.lower(): value for key, value in context.items()}


RetiringRight = Literal[
    "it is the retiring principal",
    "it is the grantee, and the grant permits RetireGrant",
    "it is the root user of the account that made the grant",
    "IAM allows it, in the account that made the grant",
    "IAM allows it, in the account that is the retiring principal",
    "IAM allows it, in the account that is the grantee",
]


def right_to_retire(at: Situation, iam_allows: bool) -> RetiringRight | None:
    """Return what lets the caller retire the grant of the query; None if nothing does."""
    grant, caller = at.query.grant, at.query.caller
    assert grant is not None
    members = grant.members
    retiring = grant.retiring_principal
    grantee = members.get("GranteePrincipal") or members.get("GranteeServicePrincipal")
    can_be_retired_by_grantee = "RetireGrant" in members["Operations"]
    if retiring in caller.names:
        return "it is the retiring principal"
    if grantee in caller.names and can_be_retired_by_grantee:
        return "it is the grantee, and the grant permits RetireGrant"
    is_root = caller.kind == "root"
    # What is given to an account, its root user has; the others need IAM.
    if not is_root and not iam_allows:
        return None
    if grant.issuing_account in caller.account_names:
        at.reads("issuing-account")
        if is_root:
            return "it is the root user of the account that made the grant"
        return "IAM allows it, in the account that made the grant"
    if retiring in caller.account_names:
        if is_root:
            return "it is the retiring principal"
        return "IAM allows it, in the account that is the retiring principal"
    if grantee in caller.account_names and can_be_retired_by_grantee:
        at.reads("account-as-grantee")
        if is_root:
            return "it is the grantee, and the grant permits RetireGrant"
        return "IAM allows it, in the account that is the grantee"
    return None

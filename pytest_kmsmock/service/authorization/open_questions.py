"""
Open questions: what AWS's documentation leaves open, and how the mock answers it.

The safer way: what grants less. `explanation` names those that mattered to a decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OPEN_QUESTIONS: Final[Mapping[str, str]] = {
    # Grants.
    "case-of-constraint-keys": "whether the case of the keys in a grant constraint matters: "
    "here it does",
    "source-arn-of-direct-call": "whether a grantee that calls directly meets a SourceArn "
    "constraint: here it does not",
    "cross-account-grantee": "whether a grantee of another account needs IAM permission too: "
    "here it does not",
    "account-as-grantee": "whom a grant to an account lets in: here its root user, and others "
    "whom IAM allows",
    "issuing-account": "which account may retire a grant, that of the grant's maker or that of "
    "the key: here that of the maker",
    "two-parents": "whether two grants together permit a new one: here one must permit all of it",
    # Principals.
    "not-principal-without-account": "whether a NotPrincipal spares somebody whose account it "
    "does not list, or an account's users if it lists the account alone: here who is listed is "
    "spared, a session with its role",
    "services-in-not-principal": "whom a service in a NotPrincipal spares: here that service alone",
    "mfa-of-role-session": "what aws:MultiFactorAuthPresent is for a session without MFA: "
    "here false",
    # Resources.
    "resource-of-key-policy": "whether a statement of a key policy counts whose Resource is the "
    "key's ARN: here it does",
    "account-wide-lists": "whether a pattern for all resources of an account covers the lists: "
    "here it does",
    "conditions-on-aliases": "which condition keys the permission on an alias has: here none "
    "of KMS",
    "resource-tags-of-new-keys": "whether a key that is being made has aws:ResourceTag: here that "
    "of the request's tags",
    # Parameters.
    "message-type": "what kms:MessageType is when the request leaves it out: here RAW",
    "pending-window": "what kms:ScheduleKeyDeletionPendingWindowInDays is when the request leaves "
    "it out: here 30",
    "rotation-period": "what kms:RotationPeriodInDays is when the request leaves it out: here 365",
    "bypass-given-as-false": "whether kms:BypassPolicyLockoutSafetyCheck is there when the request "
    "gives it as false: here it is",
    "caller-account-of-lists": "whether the lists have kms:CallerAccount: here they do",
    "grant-is-for-aws-resource": "what kms:GrantIsForAWSResource is in a direct call: here false",
    # Operators.
    "multivalued-without-quantifier": "what a multivalued condition key means without "
    "ForAllValues or ForAnyValue: here ForAnyValue",
    "for-any-value-if-exists": "whether ForAnyValue…IfExists is met when the key is missing: "
    "here it is",
    "for-all-values-of-nothing": "whether ForAllValues with a negated operator is met when the "
    "key is missing: here it is",
    "keys-that-differ-by-case": "which counts of two names that differ by case alone: here the "
    "one that is spelled alike",
    "variables-in-bool": "whether Bool takes policy variables: here it does",
    "binary-equals": "what BinaryEquals compares: here the bytes whose Base64 both sides are",
    # Permissions of other services.
    "dependent-permissions": "whether a permission of another service is asked for that the "
    "operation depends on: here it is",
    # The lockout check.
    "conditions-at-lockout": "how the lockout check sees conditions: here as for this call",
}

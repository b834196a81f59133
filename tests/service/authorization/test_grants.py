"""Grants: whom they let in, on which terms, and whose they are to retire."""

from __future__ import annotations

from typing import Any, Final

import pytest

from pytest_kmsmock.service.authorization.decision import Outcome

OWN: Final = "111122223333"
OTHER: Final = "444455556666"
ROOT: Final = f"arn:aws:iam::{OWN}:root"
ROLE: Final = f"arn:aws:iam::{OWN}:role/service/Reader"
SESSION: Final = f"arn:aws:sts::{OWN}:assumed-role/Reader/kmsmock"
EVE: Final = f"arn:aws:sts::{OWN}:assumed-role/Reader/eve"
USER: Final = f"arn:aws:iam::{OWN}:user/ann"
PARTNER: Final = f"arn:aws:iam::{OTHER}:role/Partner"
SERVICE: Final = "cloudtrail.amazonaws.com"
TRAIL: Final = f"arn:aws:cloudtrail:us-west-2:{OWN}:trail/main"
ALLOW_ALL: Final = {"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}
DENY_ALL: Final = {"Statement": {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}}
NOBODY: Final = {
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OWN}:user/nobody"},
        "Action": "kms:*",
        "Resource": "*",
    }
}


@pytest.fixture
def granted(rule: Any, helpers: Any) -> Any:
    """Tell whether a grant with those members lets somebody do something."""

    def is_granted(
        caller: Any, permission: str = "kms:Encrypt", params: Any = None, **members: Any
    ) -> bool:
        members = {"GranteePrincipal": USER, "Operations": ["Encrypt"], **members}
        if isinstance(caller, str):
            caller = helpers.who(caller)
        grants = [helpers.new_grant(1, **members)]
        ruling = rule(caller, permission, policy=NOBODY, grants=grants, params=params or {})
        assert ruling.outcome in (Outcome.GRANT, Outcome.NO_KEY_POLICY, Outcome.NO_IAM)
        allows: bool = ruling.allows
        return allows

    return is_granted


@pytest.mark.parametrize(
    ("grantee", "those"),
    [
        (USER, [USER]),
        (ROLE, [ROLE]),
        (SESSION, [ROLE, SESSION]),
        (EVE, [EVE]),
        (PARTNER, [PARTNER]),
        (SERVICE, [SERVICE]),
        (ROOT, [ROOT]),
        (OWN, [ROOT]),
    ],
)
def test_whom_a_grant_lets_in(granted: Any, grantee: str, those: list[str]) -> None:
    """Its grantee, with neither the key policy nor IAM; a role with all of its sessions."""
    callers = [USER, ROLE, SESSION, EVE, PARTNER, SERVICE, ROOT]

    assert [each for each in callers if granted(each, GranteePrincipal=grantee)] == those


def test_a_grant_to_a_role_lets_its_sessions_in(granted: Any, helpers: Any) -> None:
    """Also of a role with a path."""
    assert granted(helpers.who(EVE, principal_arn=ROLE), GranteePrincipal=ROLE)


def test_a_grant_to_an_account_leaves_the_others_to_iam(granted: Any, helpers: Any) -> None:
    """Its root user is let in."""
    assert granted(helpers.who(USER, ALLOW_ALL), GranteePrincipal=ROOT)
    assert granted(helpers.who(USER, ALLOW_ALL), GranteePrincipal=OWN)
    assert not granted(helpers.who(USER), GranteePrincipal=ROOT)
    assert not granted(helpers.who(PARTNER, ALLOW_ALL), GranteePrincipal=ROOT)


def test_a_grant_is_for_its_operations(granted: Any) -> None:
    """And for no operation that no grant can permit."""
    assert not granted(USER, "kms:Decrypt")
    assert granted(USER, "kms:ReEncryptFrom", Operations=["ReEncryptFrom"])
    assert not granted(USER, "kms:PutKeyPolicy", Operations=["PutKeyPolicy"])


def test_a_deny_of_iam_outweighs_a_grant(rule: Any, helpers: Any) -> None:
    """Also across accounts, where no Allow is asked for."""
    for name in (USER, PARTNER):
        grant = helpers.new_grant(GranteePrincipal=name, Operations=["Encrypt"])
        assert rule(helpers.who(name), policy=NOBODY, grants=[grant]).allows
        denied = rule(helpers.who(name, DENY_ALL), policy=NOBODY, grants=[grant])
        assert denied.outcome is Outcome.DENIED_BY_IAM


PAIRS: Final = {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("constraint", "context", "fits"),
    [
        ({"EncryptionContextEquals": PAIRS}, {"b": "2", "a": "1"}, True),
        ({"EncryptionContextEquals": PAIRS}, {**PAIRS, "c": "3"}, False),
        ({"EncryptionContextEquals": PAIRS}, {"a": "1"}, False),
        ({"EncryptionContextEquals": PAIRS}, {}, False),
        ({"EncryptionContextSubset": PAIRS}, PAIRS, True),
        ({"EncryptionContextSubset": PAIRS}, {**PAIRS, "c": "3"}, True),
        ({"EncryptionContextSubset": PAIRS}, {"a": "1"}, False),
        ({"EncryptionContextSubset": PAIRS}, {}, False),
        ({"EncryptionContextSubset": PAIRS}, {"A": "1", "b": "2"}, False),
        ({"EncryptionContextSubset": {"a": "x"}}, {"a": "X"}, False),
    ],
)
def test_constraints_on_the_encryption_context(
    granted: Any, constraint: dict[str, Any], context: dict[str, str], fits: bool
) -> None:
    """Exactly these pairs, or these among others; case matters."""
    terms = {"Constraints": constraint, "Operations": ["Encrypt", "ReEncryptTo", "DescribeKey"]}

    assert granted(USER, params={"EncryptionContext": context}, **terms) is fits
    on_that_side = {"DestinationEncryptionContext": context, "SourceEncryptionContext": PAIRS}
    assert granted(USER, "kms:ReEncryptTo", on_that_side, **terms) is fits
    assert granted(USER, "kms:DescribeKey", **terms)


def test_a_source_arn_constraint_is_for_services(granted: Any, helpers: Any) -> None:
    """It is compared with aws:SourceArn when a service calls, for DescribeKey too."""
    terms = {
        "GranteePrincipal": SERVICE,
        "Operations": ["Encrypt", "DescribeKey"],
        "Constraints": {"SourceArn": TRAIL},
    }
    right = helpers.who(SERVICE, context={"aws:sourcearn": TRAIL})
    wrong = helpers.who(SERVICE, context={"aws:sourcearn": f"{TRAIL}2"})

    for permission in ("kms:Encrypt", "kms:DescribeKey"):
        assert granted(right, permission, **terms)
        assert not granted(wrong, permission, **terms)
        assert not granted(SERVICE, permission, **terms)
    user = helpers.who(USER, context={"aws:sourcearn": TRAIL})
    assert not granted(user, **(terms | {"GranteePrincipal": USER}))


def test_one_grant_that_fits_is_enough(rule: Any, helpers: Any) -> None:
    """One whose constraint is not met does no harm."""
    narrow = helpers.new_grant(
        1,
        GranteePrincipal=USER,
        Operations=["Encrypt"],
        Constraints={"EncryptionContextEquals": PAIRS},
    )
    wide = helpers.new_grant(2, GranteePrincipal=USER, Operations=["Encrypt"])

    assert rule(helpers.who(USER), policy=NOBODY, grants=[narrow, wide]).allows
    assert not rule(helpers.who(USER), policy=NOBODY, grants=[narrow]).allows


# Grants that a grant permits to make.

PARENT: Final = ["CreateGrant", "Encrypt", "Decrypt"]
EQUALS: Final = {"EncryptionContextEquals": PAIRS}
SUBSET: Final = {"EncryptionContextSubset": {"a": "1"}}


@pytest.mark.parametrize(
    ("parent", "child", "permitted"),
    [
        ({}, {"Operations": ["Encrypt"]}, True),
        ({}, {"Operations": PARENT}, True),
        ({}, {"Operations": ["Encrypt", "DescribeKey"]}, False),
        ({}, {"Operations": ["Encrypt"], "Constraints": EQUALS}, True),
        (SUBSET, {"Operations": ["Encrypt"]}, False),
        (SUBSET, {"Operations": ["Encrypt"], "Constraints": SUBSET}, True),
        (SUBSET, {"Operations": ["Encrypt"], "Constraints": EQUALS}, True),
        (
            SUBSET,
            {"Operations": ["Encrypt"], "Constraints": {"EncryptionContextSubset": PAIRS}},
            True,
        ),
        (
            SUBSET,
            {"Operations": ["Encrypt"], "Constraints": {"EncryptionContextSubset": {"b": "2"}}},
            False,
        ),
        (EQUALS, {"Operations": ["Encrypt"], "Constraints": EQUALS}, True),
        (
            EQUALS,
            {"Operations": ["Encrypt"], "Constraints": {"EncryptionContextSubset": PAIRS}},
            False,
        ),
        (
            EQUALS,
            {
                "Operations": ["Encrypt"],
                "Constraints": {"EncryptionContextEquals": {**PAIRS, "c": "3"}},
            },
            False,
        ),
        (EQUALS, {"Operations": ["Encrypt"]}, False),
    ],
    ids=str,
)
def test_a_grant_permits_grants_that_are_as_strict(
    granted: Any, parent: dict[str, Any], child: dict[str, Any], permitted: bool
) -> None:
    """Operations among its own, constraints as strict or stricter."""
    params = {"KeyId": "1", "GranteePrincipal": PARTNER, **child}

    assert (
        granted(USER, "kms:CreateGrant", params, Operations=PARENT, Constraints=parent) is permitted
    )


def test_a_grant_for_one_source_permits_grants_for_that_source_alone(
    granted: Any, helpers: Any
) -> None:
    """A service hands on no more than it has."""
    caller = helpers.who(SERVICE, context={"aws:sourcearn": TRAIL})
    parent = {"SourceArn": TRAIL, **EQUALS}

    def permits(constraints: dict[str, Any] | None) -> bool:
        params = {"Operations": ["Encrypt"], "Constraints": constraints}
        terms = {"GranteePrincipal": SERVICE, "Operations": PARENT, "Constraints": parent}
        permitted: bool = granted(caller, "kms:CreateGrant", params, **terms)
        return permitted

    assert permits(parent)
    assert not permits({**parent, "SourceArn": f"{TRAIL}2"})
    assert not permits(EQUALS)
    assert not permits({"SourceArn": TRAIL})
    assert not permits(None)


def test_one_parent_must_permit_all_of_a_grant(rule: Any, helpers: Any) -> None:
    """Two together do not. Who may by a policy is not held to any parent."""
    parents = [
        helpers.new_grant(n, GranteePrincipal=USER, Operations=["CreateGrant", operation])
        for n, operation in enumerate(("Encrypt", "Decrypt"))
    ]
    params = {"Operations": ["Encrypt", "Decrypt"], "GranteePrincipal": PARTNER}
    named = {"Statement": {**NOBODY["Statement"], "Principal": {"AWS": USER}}}
    caller = helpers.who(USER)

    alone = rule(caller, "kms:CreateGrant", policy=NOBODY, grants=parents, params=params)
    by_policy = rule(caller, "kms:CreateGrant", policy=named, grants=parents, params=params)

    assert not alone.allows
    assert by_policy.allows


# Retiring.

TERMS: Final = {
    "GranteePrincipal": PARTNER,
    "RetiringPrincipal": ROLE,
    "Operations": ["Encrypt"],
}


@pytest.fixture
def retired(rule: Any, helpers: Any) -> Any:
    """Tell whether somebody may retire a grant with those members."""

    def may_retire(
        name: str, *policies: Any, issuer: str = ROOT, policy: Any = None, **members: Any
    ) -> bool:
        key = helpers.new_key(policy or NOBODY)
        ruling = rule(
            helpers.who(name, *policies),
            "kms:RetireGrant",
            key=key,
            authority="grant",
            grant=helpers.new_grant(issuer=issuer, **(TERMS | members)),
        )
        allows: bool = ruling.allows
        return allows

    return may_retire


def test_who_may_retire_a_grant(retired: Any) -> None:
    """The retiring principal; the root user of the account that made it; IAM in that account."""
    assert retired(ROLE)
    assert retired(ROOT)
    assert not retired(USER)
    assert not retired(PARTNER)
    assert retired(USER, ALLOW_ALL)
    assert not retired(USER, ALLOW_ALL, DENY_ALL)


def test_the_grantee_may_retire_a_grant_that_says_so(retired: Any) -> None:
    """If RetireGrant is among its operations."""
    assert retired(PARTNER, Operations=["Encrypt", "RetireGrant"])
    assert not retired(PARTNER, DENY_ALL, Operations=["Encrypt", "RetireGrant"])


def test_iam_gives_nothing_in_an_account_that_has_no_part_in_it(retired: Any) -> None:
    """Only where the grant was made, or in the account that is the retiring principal."""
    other = f"arn:aws:iam::{OTHER}:root"
    stranger = f"arn:aws:iam::{OTHER}:user/eve"

    assert not retired(stranger, ALLOW_ALL)
    assert not retired(other)
    assert retired(stranger, ALLOW_ALL, issuer=other)
    assert retired(other, issuer=other)
    assert retired(stranger, ALLOW_ALL, RetiringPrincipal=other)
    assert retired(other, RetiringPrincipal=other)
    assert not retired(stranger, RetiringPrincipal=other)
    assert not retired(ROOT, issuer=other, RetiringPrincipal=other)


def test_an_account_that_is_the_grantee_retires_like_one(retired: Any) -> None:
    """Its root user, and whom IAM allows."""
    other = f"arn:aws:iam::{OTHER}:root"
    terms = {"GranteePrincipal": other, "Operations": ["RetireGrant", "Encrypt"]}

    assert retired(other, **terms)
    assert retired(f"arn:aws:iam::{OTHER}:user/eve", ALLOW_ALL, **terms)
    assert not retired(f"arn:aws:iam::{OTHER}:user/eve", **terms)


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_the_key_policy_has_no_say_in_retiring(retired: Any, effect: str) -> None:
    """Neither way."""
    statement = {"Effect": effect, "Principal": "*", "Action": "kms:*", "Resource": "*"}

    assert retired(ROLE, policy={"Statement": statement})
    assert not retired(USER, policy={"Statement": statement})


def test_a_service_retires_as_the_retiring_principal(retired: Any) -> None:
    """By its name."""
    members = {"RetiringPrincipal": None, "RetiringServicePrincipal": SERVICE}

    assert retired(SERVICE, **members)
    assert not retired("s3.amazonaws.com", **members)

"""Decisions: AWS's order, one step at a time."""

from __future__ import annotations

from typing import Any, Final

import pytest
from policies import both, key_policy

from pytest_kmsmock.service.authorization.decision import Outcome

OWN: Final = "111122223333"
OTHER: Final = "444455556666"
ROOT: Final = f"arn:aws:iam::{OWN}:root"
ROLE: Final = f"arn:aws:iam::{OWN}:role/service/Reader"
SESSION: Final = f"arn:aws:sts::{OWN}:assumed-role/Reader/kmsmock"
EVE: Final = f"arn:aws:sts::{OWN}:assumed-role/Reader/eve"
USER: Final = f"arn:aws:iam::{OWN}:user/ann"
FEDERATED: Final = f"arn:aws:sts::{OWN}:federated-user/bob"
OTHER_ROOT: Final = f"arn:aws:iam::{OTHER}:root"
PARTNER: Final = f"arn:aws:iam::{OTHER}:role/Partner"
SERVICE: Final = "cloudtrail.amazonaws.com"
ALLOW_ALL: Final = {"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}
DENY_ALL: Final = {"Statement": {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}}


def test_nobody_has_anything_by_default(rule: Any, helpers: Any) -> None:
    """Not the account's root user, nor who has all of IAM."""
    nobody = key_policy(f"arn:aws:iam::{OWN}:user/nobody")

    for caller in (helpers.who(ROOT), helpers.who(ROLE, ALLOW_ALL), helpers.who(SERVICE)):
        assert rule(caller, policy=nobody).outcome is Outcome.NO_KEY_POLICY


@pytest.mark.parametrize(
    ("caller", "names"),
    [
        (USER, [USER, "*"]),
        (ROLE, [ROLE, SESSION, "*"]),
        (EVE, [EVE, "*"]),
        (FEDERATED, [FEDERATED, "*"]),
    ],
)
def test_the_key_policy_alone_lets_in_whom_it_names(
    rule: Any, helpers: Any, caller: str, names: list[str]
) -> None:
    """No IAM policy is needed."""
    for name in names:
        assert rule(helpers.who(caller), policy=key_policy(name)).outcome is Outcome.KEY_POLICY


@pytest.mark.parametrize("account", [ROOT, OWN])
def test_the_account_in_a_key_policy_leaves_it_to_iam(
    rule: Any, helpers: Any, account: str
) -> None:
    """It lets nobody in by itself but the root user."""
    policy = key_policy(account)

    assert rule(helpers.who(USER), policy=policy).outcome is Outcome.NO_IAM
    assert rule(helpers.who(USER, ALLOW_ALL), policy=policy).outcome is Outcome.ACCOUNT
    assert rule(helpers.who(ROOT), policy=policy).outcome is Outcome.ACCOUNT
    assert rule(helpers.who(FEDERATED, ALLOW_ALL), policy=policy).outcome is Outcome.ACCOUNT


def test_iam_gives_nothing_that_the_account_statement_leaves_out(rule: Any, helpers: Any) -> None:
    """Both must fit: action, resource and condition. The root user is held to it too."""
    policy = key_policy(ROOT, Action="kms:Describe*")

    for caller in (helpers.who(USER, ALLOW_ALL), helpers.who(ROOT)):
        assert rule(caller, "kms:DescribeKey", policy=policy).allows
        assert rule(caller, "kms:Encrypt", policy=policy).outcome is Outcome.NO_KEY_POLICY


def test_an_unmet_condition_leaves_a_statement_out(rule: Any, helpers: Any) -> None:
    """Of the account statement, and of IAM."""
    never = {"Bool": {"aws:SecureTransport": "false"}}
    iam = {"Statement": {**ALLOW_ALL["Statement"], "Condition": never}}

    unmet = rule(helpers.who(USER, ALLOW_ALL), policy=key_policy(ROOT, Condition=never))
    silent = rule(helpers.who(USER, iam), policy=key_policy(ROOT))

    assert unmet.outcome is Outcome.NO_KEY_POLICY
    assert silent.outcome is Outcome.NO_IAM


@pytest.mark.parametrize("name", ["*", USER, ROOT, OWN])
def test_a_deny_of_the_key_policy_ends_it(rule: Any, helpers: Any, name: str) -> None:
    """Whatever else allows; that of the account covers all of it."""
    policy = both(key_policy(USER), key_policy(ROOT), key_policy(name, effect="Deny"))
    grant = helpers.new_grant(GranteePrincipal=USER, Operations=["Encrypt"])

    ruling = rule(helpers.who(USER, ALLOW_ALL), policy=policy, grants=[grant])

    assert ruling.outcome is Outcome.DENIED_BY_KEY_POLICY


def test_a_deny_of_iam_ends_it(rule: Any, helpers: Any) -> None:
    """Also without an account statement, and against a grant."""
    grant = helpers.new_grant(GranteePrincipal=USER, Operations=["Encrypt"])
    caller = helpers.who(USER, ALLOW_ALL, DENY_ALL)

    ruling = rule(caller, policy=key_policy(USER), grants=[grant])

    assert ruling.outcome is Outcome.DENIED_BY_IAM


def test_a_deny_of_the_account_covers_its_root_user(rule: Any, helpers: Any) -> None:
    """And its roles and sessions; nobody of another account, and no service."""
    policy = both(key_policy("*"), key_policy(ROOT, effect="Deny"))

    for name in (ROOT, ROLE, EVE, FEDERATED):
        assert rule(helpers.who(name), policy=policy).outcome is Outcome.DENIED_BY_KEY_POLICY
    assert rule(helpers.who(PARTNER, ALLOW_ALL), policy=policy).allows
    assert rule(helpers.who(SERVICE), policy=policy).allows


# Other accounts.


@pytest.mark.parametrize("name", [PARTNER, OTHER, OTHER_ROOT, "*"])
def test_across_accounts_both_sides_must_allow(rule: Any, helpers: Any, name: str) -> None:
    """IAM too, even if the key policy names the caller itself."""
    policy = key_policy(name)

    assert rule(helpers.who(PARTNER), policy=policy).outcome is Outcome.NO_IAM
    assert rule(helpers.who(PARTNER, ALLOW_ALL), policy=policy).outcome is Outcome.BOTH_ACCOUNTS
    silent = rule(helpers.who(PARTNER, ALLOW_ALL), policy=key_policy(ROOT))
    assert silent.outcome is Outcome.NO_KEY_POLICY


def test_across_accounts_either_side_can_deny(rule: Any, helpers: Any) -> None:
    """Its own side is what AWS speaks of."""
    policy = both(key_policy(OTHER), key_policy(PARTNER, effect="Deny"))

    assert rule(helpers.who(PARTNER, ALLOW_ALL), policy=policy).outcome is (
        Outcome.DENIED_BY_KEY_POLICY
    )
    for caller in (helpers.who(PARTNER, DENY_ALL), helpers.who(PARTNER, ALLOW_ALL, DENY_ALL)):
        assert rule(caller, policy=policy).outcome is Outcome.DENIED_BY_IAM


def test_the_root_user_of_another_account_needs_the_key_policy_alone(
    rule: Any, helpers: Any
) -> None:
    """It has every IAM permission."""
    assert rule(helpers.who(OTHER_ROOT), policy=key_policy(OTHER)).allows
    assert not rule(helpers.who(OTHER_ROOT), policy=key_policy(PARTNER)).allows


def test_an_account_of_another_partition_is_another_one(rule: Any, helpers: Any) -> None:
    """A key policy cannot delegate to it."""
    caller = helpers.who("arn:aws-cn:iam::111122223333:user/ann", ALLOW_ALL)

    assert not rule(caller, policy=key_policy(ROOT)).allows


def test_a_key_that_is_not_there_is_no_news_to_another_account(rule: Any, helpers: Any) -> None:
    """Its own IAM comes first; then AWS does not tell which it is."""
    arn = f"arn:aws:kms:us-west-2:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab"

    for policies, outcome in (
        ([], Outcome.NO_IAM),
        ([ALLOW_ALL], Outcome.NO_KEY),
        ([ALLOW_ALL, DENY_ALL], Outcome.DENIED_BY_IAM),
    ):
        ruling = rule(helpers.who(PARTNER, *policies), resource=arn, authority="key")
        assert ruling.outcome is outcome


# Services.


# NotPrincipal.


def test_roles_are_spared_by_a_condition(rule: Any, helpers: Any) -> None:
    """What AWS recommends instead: Deny on all but aws:PrincipalArn."""
    condition = {"ArnNotEquals": {"aws:PrincipalArn": ROLE}}
    policy = both(key_policy("*"), key_policy("*", effect="Deny", Condition=condition))

    assert rule(helpers.who(ROLE), policy=policy).allows
    assert rule(helpers.who(EVE, principal_arn=ROLE), policy=policy).allows
    assert not rule(helpers.who(USER), policy=policy).allows


# IAM alone.


@pytest.mark.parametrize(
    ("resource", "fits_new_key", "fits_lists"),
    [
        ("*", True, True),
        (f"arn:aws:kms:us-west-2:{OWN}:*", False, True),
        (f"arn:aws:kms:*:{OWN}:*", False, True),
        ("arn:aws:kms", False, True),
        (f"arn:aws:kms:us-west-2:{OWN}:key/*", False, False),
        (f"arn:aws:kms:us-west-2:{OWN}:alias/*", False, False),
        (f"arn:aws:kms:eu-west-1:{OWN}:*", False, False),
    ],
)
def test_what_has_no_resource_is_for_all_of_them(
    rule: Any, helpers: Any, resource: str, fits_new_key: bool, fits_lists: bool
) -> None:
    """The lists are also covered by a pattern for all of the account."""
    caller = helpers.who(
        USER, {"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": resource}}
    )
    wide = f"arn:aws:kms:us-west-2:{OWN}:*"

    assert rule(caller, "kms:CreateKey").allows is fits_new_key
    assert rule(caller, "kms:ListKeys", account_wide=wide).allows is fits_lists


def test_the_root_user_has_every_iam_permission(rule: Any, helpers: Any) -> None:
    """Without a policy."""
    assert rule(helpers.who(ROOT), "kms:CreateKey").outcome is Outcome.IAM


# Elements.

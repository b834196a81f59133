"""Decisions: AWS's order, one step at a time."""

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
FEDERATED: Final = f"arn:aws:sts::{OWN}:federated-user/bob"
OTHER_ROOT: Final = f"arn:aws:iam::{OTHER}:root"
PARTNER: Final = f"arn:aws:iam::{OTHER}:role/Partner"
SERVICE: Final = "cloudtrail.amazonaws.com"
ALLOW_ALL: Final = {"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}
DENY_ALL: Final = {"Statement": {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}}


def key_policy(*names: str, effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    """Return a key policy with one statement on *names*."""
    principal = "*" if names == ("*",) else {"AWS": list(names)}
    statement = {"Effect": effect, "Principal": principal, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement | elements]}


def both(*policies: dict[str, Any]) -> dict[str, Any]:
    """Return one policy with the statements of all."""
    return {
        "Version": "2012-10-17",
        "Statement": [each for p in policies for each in p["Statement"]],
    }


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


@pytest.mark.parametrize(
    ("caller", "name"),
    [
        (ROLE, EVE),
        (EVE, SESSION),
        (ROLE, f"arn:aws:iam::{OWN}:role/Reader"),
        (ROLE, f"arn:aws:iam::{OWN}:role/other/Reader"),
        (ROLE, f"arn:aws:iam::{OWN}:user/Reader"),
        (ROLE, ROLE.upper()),
        (USER, f"arn:aws:iam::{OWN}:user/Ann"),
        (FEDERATED, f"arn:aws:iam::{OWN}:user/bob"),
        (USER, FEDERATED),
    ],
)
def test_a_name_is_the_whole_arn(rule: Any, helpers: Any, caller: str, name: str) -> None:
    """With the path, in the right case; a session is no other session, and not its role."""
    assert not rule(helpers.who(caller, ALLOW_ALL), policy=key_policy(name)).allows


def test_a_statement_for_a_role_covers_its_sessions(rule: Any, helpers: Any) -> None:
    """Also those whose own ARN, without the path, does not tell."""
    eve = helpers.who(EVE, principal_arn=ROLE)

    assert rule(eve, policy=key_policy(ROLE)).allows
    assert not rule(eve, policy=both(key_policy(EVE), key_policy(ROLE, effect="Deny"))).allows


def test_a_unique_id_names_its_principal(rule: Any, helpers: Any) -> None:
    """And no later one of the same ARN."""
    ann = helpers.who(USER, unique_id="AIDAJQABLZS4A3QDU576Q")
    policy = key_policy("AIDAJQABLZS4A3QDU576Q")

    assert rule(ann, policy=policy).outcome is Outcome.KEY_POLICY
    assert not rule(helpers.who(USER, unique_id="AIDAJQABLZS4A3QDU576R"), policy=policy).allows


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


def test_a_service_is_let_in_by_name(rule: Any, helpers: Any) -> None:
    """Or with everybody; the account statement is not for it, and IAM it has none."""
    by_name = key_policy(ROOT, Principal={"Service": SERVICE})

    assert rule(helpers.who(SERVICE), policy=by_name).outcome is Outcome.KEY_POLICY
    assert rule(helpers.who(SERVICE), policy=key_policy("*")).outcome is Outcome.KEY_POLICY
    assert not rule(helpers.who(SERVICE), policy=key_policy(ROOT)).allows
    assert not rule(helpers.who("s3.amazonaws.com"), policy=by_name).allows
    assert not rule(helpers.who(ROLE, ALLOW_ALL), policy=by_name).allows
    assert rule(helpers.who(SERVICE), "kms:CreateKey").outcome is Outcome.NO_IAM


# NotPrincipal.


@pytest.mark.parametrize(
    ("caller", "listed", "is_denied"),
    [
        (USER, [USER, ROOT], False),
        (USER, [USER], False),
        (USER, [ROOT], True),
        (ROOT, [ROOT], False),
        (ROOT, [OWN], False),
        (ROOT, [USER], True),
        (ROLE, [ROLE, SESSION, ROOT], False),
        (ROLE, [ROLE, ROOT], True),
        (ROLE, [SESSION, ROOT], True),
        (ROLE, [ROOT], True),
        (FEDERATED, [FEDERATED], False),
        (PARTNER, [USER, ROOT], True),
        (SERVICE, [USER, ROOT], True),
        (USER, ["*"], False),
    ],
)
def test_not_principal_spares_whom_it_lists(
    rule: Any, helpers: Any, caller: str, listed: list[str], is_denied: bool
) -> None:
    """A session is spared if it is listed together with its role."""
    deny = key_policy("*", effect="Deny", NotPrincipal={"AWS": listed})
    del deny["Statement"][0]["Principal"]

    ruling = rule(helpers.who(caller, ALLOW_ALL), policy=both(key_policy("*"), deny))

    assert ruling.allows is not is_denied


def test_a_service_in_not_principal_spares_that_service(rule: Any, helpers: Any) -> None:
    """And nobody else."""
    deny = key_policy("*", effect="Deny", NotPrincipal={"Service": SERVICE})
    del deny["Statement"][0]["Principal"]
    policy = both(key_policy("*"), deny)

    assert rule(helpers.who(SERVICE), policy=policy).allows
    for name in ("s3.amazonaws.com", USER, ROOT):
        assert not rule(helpers.who(name), policy=policy).allows


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


@pytest.mark.parametrize(
    ("element", "covered"),
    [
        ({"Action": "kms:Encrypt"}, True),
        ({"Action": "KMS:ENCRYPT"}, True),
        ({"Action": "kms:E?crypt"}, True),
        ({"Action": "kms:*crypt"}, True),
        ({"Action": "*"}, True),
        ({"Action": ["s3:*", "kms:Encrypt"]}, True),
        ({"Action": "kms:Encryp"}, False),
        ({"Action": "s3:*"}, False),
        ({"NotAction": "s3:*"}, True),
        ({"NotAction": ["kms:Decrypt", "kms:Enc*"]}, False),
        ({"NotAction": "kms:Decrypt"}, True),
    ],
)
def test_actions(rule: Any, helpers: Any, element: dict[str, Any], covered: bool) -> None:
    """In any case, with wildcards; NotAction is all but these, of every service."""
    policy = key_policy(USER)
    del policy["Statement"][0]["Action"]
    policy["Statement"][0] |= element

    assert rule(helpers.who(USER), policy=policy).allows is covered


@pytest.mark.parametrize(
    ("action", "permissions"),
    [
        ("kms:GenerateDataKey", ["kms:GenerateDataKey"]),
        (
            "kms:GenerateDataKey*",
            [
                *("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
                *("kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext"),
            ],
        ),
        ("kms:ReEncrypt", []),
        ("kms:ReEncrypt*", ["kms:ReEncryptFrom", "kms:ReEncryptTo"]),
    ],
)
def test_an_action_covers_its_own_name_only(
    rule: Any, helpers: Any, action: str, permissions: list[str]
) -> None:
    """``kms:ReEncrypt`` is no permission at all."""
    asked = [
        *("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:GenerateDataKeyPair"),
        *("kms:GenerateDataKeyPairWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
    ]
    policy = key_policy(USER, Action=action)

    assert [each for each in asked if rule(helpers.who(USER), each, policy=policy).allows] == (
        permissions
    )


KEY_ID: Final = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN: Final = f"arn:aws:kms:us-west-2:{OWN}:key/{KEY_ID}"


@pytest.mark.parametrize(
    ("element", "fits"),
    [
        ({"Resource": "*"}, True),
        ({"Resource": ARN}, True),
        ({"Resource": [f"{ARN}0", ARN]}, True),
        ({"Resource": f"arn:aws:kms:*:{OWN}:key/*"}, True),
        ({"Resource": f"arn:aws:kms:us-west-2:{OWN}:key/????abcd*"}, True),
        ({"Resource": f"arn:aws:kms:us-west-2:{OWN}:*"}, True),
        ({"Resource": "arn:aws:kms:us-west-2:*"}, True),
        ({"Resource": "arn:aws:kms"}, True),
        ({"Resource": f"arn:aws:kms:us-west-2:{OWN}:key/${{aws:PrincipalTag/key}}"}, True),
        (
            {"Resource": f"arn:aws:kms:us-west-2:{OWN}:key/${{aws:PrincipalTag/x, '{KEY_ID}'}}"},
            True,
        ),
        ({"Resource": f"arn:aws:kms:us-west-2:{OWN}:key/${{aws:PrincipalTag/x}}"}, False),
        ({"Resource": "arn:aws:kms:us-west-2:${aws:PrincipalAccount}:key/*"}, False),
        ({"Resource": f"arn:aws:kms:us-west-2:{OWN}:key/${{*}}"}, False),
        ({"Resource": ARN.upper()}, False),
        ({"Resource": f"arn:aws:kms:eu-west-1:{OWN}:key/*"}, False),
        ({"Resource": f"arn:aws:kms:us-west-2:{OTHER}:key/*"}, False),
        ({"Resource": "arn:*:kms:*:*:key/*"}, False),
        ({"Resource": "arn:aws:k*:*:*:key/*"}, False),
        ({"Resource": f"arn:aws:kms:us-west-2:{OWN}:alias/app"}, False),
        ({"Resource": "alias/app"}, False),
        ({"Resource": KEY_ID}, False),
        ({"Resource": f"*{KEY_ID}"}, False),
        ({"NotResource": f"{ARN}0"}, True),
        ({"NotResource": f"arn:aws:kms:*:{OTHER}:key/*"}, True),
        ({"NotResource": [f"{ARN}0", f"arn:aws:kms:*:{OWN}:key/*"]}, False),
        ({"NotResource": "*"}, False),
        ({"NotResource": f"arn:aws:kms:us-west-2:{OWN}:key/${{aws:PrincipalTag/x}}"}, False),
    ],
    ids=str,
)
def test_resources_of_iam_policies(
    rule: Any, helpers: Any, element: dict[str, Any], fits: bool
) -> None:
    """Account and Region count; an alias is an alias, never its key."""
    statement = {"Effect": "Allow", "Action": "kms:*", **element}
    caller = helpers.who(
        USER, {"Version": "2012-10-17", "Statement": [statement]}, tags={"key": KEY_ID}
    )

    assert rule(caller, policy=key_policy(ROOT)).allows is fits


@pytest.mark.parametrize(
    ("resource", "fits"),
    [
        ("*", True),
        (ARN, True),
        (f"{ARN}0", False),
        ("arn:aws:kms:*:*:key/*", False),
        (KEY_ID, False),
    ],
)
def test_the_resource_of_a_key_policy_is_the_key(
    rule: Any, helpers: Any, resource: str, fits: bool
) -> None:
    """``*`` means it; other resources make the statement ineffective."""
    assert rule(helpers.who(USER), policy=key_policy(USER, Resource=resource)).allows is fits


def test_variables_need_the_newer_version(rule: Any, helpers: Any) -> None:
    """In 2008-10-17, and without a version, they are text."""
    condition = {"StringEquals": {"aws:PrincipalTag/name": "${aws:username}"}}
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Condition": condition}
    allowed = []
    for version in ({"Version": "2012-10-17"}, {"Version": "2008-10-17"}, {}):
        for tag in ("ann", "${aws:username}"):
            caller = helpers.who(USER, {**version, "Statement": statement}, tags={"name": tag})
            if rule(caller, policy=key_policy(ROOT)).allows:
                allowed.append((version.get("Version"), tag))

    assert allowed == [
        ("2012-10-17", "ann"),
        ("2008-10-17", "${aws:username}"),
        (None, "${aws:username}"),
    ]


def test_too_many_aliases_let_nobody_in(rule: Any, helpers: Any) -> None:
    """While a key has more than its quota, kms:ResourceAliases allows nothing; it still denies."""
    condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/app"}}
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Condition": condition}
    caller = helpers.who(USER, {"Statement": statement})
    denied = helpers.who(USER, ALLOW_ALL, {"Statement": {**statement, "Effect": "Deny"}})

    def allows(caller: Any, too_many: bool) -> bool:
        world = helpers.Surroundings(aliases=["alias/app"], too_many_aliases=too_many)
        found: bool = rule(caller, policy=key_policy(ROOT), world=world).allows
        return found

    assert allows(caller, too_many=False)
    assert not allows(caller, too_many=True)
    assert not allows(denied, too_many=True)


def test_statements_on_other_services_are_nobodys_business_here(rule: Any, helpers: Any) -> None:
    """Not even their condition keys."""
    statement = {
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::bucket",
        "Condition": {"StringLike": {"s3:prefix": "home/*"}},
    }
    caller = helpers.who(USER, {"Statement": [statement, ALLOW_ALL["Statement"]]})

    assert rule(caller, policy=key_policy(ROOT)).allows

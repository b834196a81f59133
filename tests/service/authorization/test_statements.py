"""Statements: which actions and resources one covers, and what its version means."""

from __future__ import annotations

from typing import Any, Final

import pytest
from policies import key_policy

OWN: Final = "111122223333"
OTHER: Final = "444455556666"
ROOT: Final = f"arn:aws:iam::{OWN}:root"
USER: Final = f"arn:aws:iam::{OWN}:user/ann"
ALLOW_ALL: Final = {"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}


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


@pytest.mark.parametrize(
    ("resource", "fits"),
    [
        ("*", False),
        (ARN, False),
        (f"{ARN}0", True),
        ([f"{ARN}0", ARN], False),
        (f"arn:aws:kms:us-west-2:{OWN}:key/${{aws:PrincipalTag/key}}", False),
        (f"arn:aws:kms:us-west-2:{OWN}:key/x${{aws:PrincipalTag/key}}", True),
        (f"arn:aws:kms:us-west-2:{OWN}:key/x${{aws:PrincipalTag/none}}", False),
    ],
)
def test_a_key_policy_can_be_on_all_but_some_resources(
    rule: Any, helpers: Any, resource: Any, fits: bool
) -> None:
    """Which is the key, unless it is among them or nobody can say whether it is."""
    policy = key_policy(USER) | {"Version": "2012-10-17"}
    del policy["Statement"][0]["Resource"]
    policy["Statement"][0]["NotResource"] = resource

    assert rule(helpers.who(USER, tags={"key": KEY_ID}), policy=policy).allows is fits


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

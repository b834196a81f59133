"""Denials: AWS's words, by what was refused and by what the caller may know."""

from __future__ import annotations

from typing import Any, Final

import pytest

from pytest_kmsmock.service.authorization.denials import THIS_CIPHERTEXT, denial

OWN: Final = "111122223333"
ROOT: Final = f"arn:aws:iam::{OWN}:root"
ROLE: Final = f"arn:aws:iam::{OWN}:role/service/Reader"
SESSION: Final = f"arn:aws:sts::{OWN}:assumed-role/Reader/kmsmock"
PARTNER: Final = "arn:aws:iam::444455556666:role/Partner"
KEY: Final = f"arn:aws:kms:us-west-2:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALIAS: Final = f"arn:aws:kms:us-west-2:{OWN}:alias/app"
ALL: Final = {"Action": "kms:*", "Resource": "*"}
ALLOW: Final = {"Statement": {"Effect": "Allow", **ALL}}
DENY: Final = {"Statement": {"Effect": "Deny", **ALL}}
ACCOUNT: Final = {"Effect": "Allow", "Principal": {"AWS": ROOT}, **ALL}
EVERYBODY: Final = {"Effect": "Allow", "Principal": "*", **ALL}
NOBODY: Final = {"Effect": "Deny", "Principal": "*", **ALL}

NO_IAM: Final = "because no identity-based policy allows the kms:Encrypt action"
NO_KEY_POLICY: Final = "because no resource-based policy allows the kms:Encrypt action"
DENIED_BY_KEY_POLICY: Final = "with an explicit deny in a resource-based policy"
DENIED_BY_IAM: Final = "with an explicit deny in an identity-based policy"
ELSEWHERE: Final = (
    "because the resource does not exist in this Region, no resource-based policies allow "
    "access, or a resource-based policy explicitly denies access"
)


@pytest.fixture
def words(rule: Any, helpers: Any) -> Any:
    """Return the text of a refusal."""

    def of(name: str, *policies: Any, statements: Any = None, **more: Any) -> str:
        permission = more.pop("permission", "kms:Encrypt")
        if statements is not None:
            more["policy"] = {"Statement": statements}
        ruling = rule(helpers.who(name, *policies), permission, **more)
        assert not ruling.allows
        return denial(ruling).message

    return of


@pytest.mark.parametrize(
    ("policies", "statements", "reason"),
    [
        ([], [ACCOUNT], NO_IAM),
        ([], [NOBODY], DENIED_BY_KEY_POLICY),
        ([ALLOW], [ACCOUNT, NOBODY], DENIED_BY_KEY_POLICY),
        ([DENY], [EVERYBODY], DENIED_BY_IAM),
        ([ALLOW, DENY], [ACCOUNT], DENIED_BY_IAM),
        ([DENY], [NOBODY], DENIED_BY_KEY_POLICY),
        ([ALLOW], [{**ACCOUNT, "Action": "kms:Decrypt"}], NO_KEY_POLICY),
        ([], [{**ACCOUNT, "Action": "kms:Decrypt"}], NO_KEY_POLICY),
        ([ALLOW], [{**EVERYBODY, "Condition": {"Null": {"aws:userid": True}}}], NO_KEY_POLICY),
    ],
)
def test_in_its_own_account(words: Any, policies: Any, statements: Any, reason: str) -> None:
    """The key is named by its ARN, a role by its session."""
    assert words(ROLE, *policies, statements=statements) == (
        f"User: {SESSION} is not authorized to perform: kms:Encrypt on resource: {KEY} {reason}"
    )


@pytest.mark.parametrize(
    ("policies", "statements", "reason"),
    [
        ([], [ACCOUNT], NO_IAM),
        ([], [EVERYBODY], NO_IAM),
        ([], [NOBODY], NO_IAM),
        ([ALLOW], [ACCOUNT], ELSEWHERE),
        ([ALLOW], [EVERYBODY, NOBODY], ELSEWHERE),
        ([DENY], [EVERYBODY], DENIED_BY_IAM),
        ([ALLOW, DENY], [EVERYBODY, NOBODY], DENIED_BY_IAM),
    ],
)
def test_in_another_account(words: Any, policies: Any, statements: Any, reason: str) -> None:
    """Nothing of the key, nor of its policy, is told."""
    assert words(PARTNER, *policies, statements=statements) == (
        "User: arn:aws:sts::444455556666:assumed-role/Partner/kmsmock is not authorized to "
        f"perform: kms:Encrypt on this resource {reason}"
    )


def test_a_missing_key_of_another_account(words: Any) -> None:
    """In the same words as one that does not let the caller in."""
    for policies, reason in (([], NO_IAM), ([ALLOW], ELSEWHERE), ([DENY], DENIED_BY_IAM)):
        text = words(PARTNER, *policies, resource=KEY, authority="key")
        assert text.endswith(f"kms:Encrypt on this resource {reason}")


@pytest.mark.parametrize(
    ("name", "policies", "statements", "reason"),
    [
        (ROLE, [], [ACCOUNT], NO_IAM),
        (ROLE, [ALLOW], [NOBODY], DENIED_BY_KEY_POLICY),
        (ROLE, [ALLOW], [{**ACCOUNT, "Action": "kms:Sign"}], NO_KEY_POLICY),
        (PARTNER, [], [EVERYBODY], NO_IAM),
        (PARTNER, [ALLOW], [ACCOUNT], ELSEWHERE),
    ],
)
def test_of_a_key_that_only_the_ciphertext_names(
    words: Any, name: str, policies: Any, statements: Any, reason: str
) -> None:
    """Decrypt without a KeyId."""
    text = words(
        name,
        *policies,
        statements=statements,
        permission="kms:Decrypt",
        shown=THIS_CIPHERTEXT,
    )

    assert text.endswith(
        "is not authorized to perform: kms:Decrypt on the resource associated with this "
        f"ciphertext {reason.replace('Encrypt', 'Decrypt')}"
    )


def test_of_no_resource_at_all(words: Any) -> None:
    """``*``."""
    assert words(ROLE, permission="kms:CreateKey") == (
        f"User: {SESSION} is not authorized to perform: kms:CreateKey on resource: * "
        "because no identity-based policy allows the kms:CreateKey action"
    )


def test_of_tags_that_come_with_a_new_key(words: Any) -> None:
    """No resource is named, as the key has no name yet."""
    text = words(
        ROLE, permission="kms:TagResource", resource=f"{KEY[:-36]}*", authority="iam", shown=""
    )

    assert text == (
        f"User: {SESSION} is not authorized to perform: kms:TagResource "
        "because no identity-based policy allows the kms:TagResource action"
    )


def test_of_an_alias(words: Any) -> None:
    """By its ARN."""
    assert words(ROLE, permission="kms:CreateAlias", resource=ALIAS, authority="alias") == (
        f"User: {SESSION} is not authorized to perform: kms:CreateAlias on resource: {ALIAS} "
        "because no identity-based policy allows the kms:CreateAlias action"
    )


def test_of_a_service(words: Any) -> None:
    """It is called by its name."""
    text = words("s3.amazonaws.com", statements=[ACCOUNT])

    assert text == (
        "User: s3.amazonaws.com is not authorized to perform: kms:Encrypt "
        f"on resource: {KEY} {NO_KEY_POLICY}"
    )


def test_of_somebody_elses_grant(words: Any, helpers: Any) -> None:
    """As of the key that it is on."""
    grant = helpers.new_grant(GranteePrincipal=PARTNER, Operations=["Encrypt"], issuer=PARTNER)
    about = {"authority": "grant", "grant": grant, "permission": "kms:RetireGrant"}
    no_iam = "because no identity-based policy allows the kms:RetireGrant action"

    assert words(ROLE, statements=[ACCOUNT], **about).endswith(f"on resource: {KEY} {no_iam}")
    assert words(ROLE, ALLOW, statements=[ACCOUNT], **about).endswith(
        f"on resource: {KEY} because no resource-based policy allows the kms:RetireGrant action"
    )
    assert words(PARTNER, ALLOW, statements=[ACCOUNT], **about).endswith(
        f"on this resource {ELSEWHERE}"
    )

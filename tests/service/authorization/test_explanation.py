"""Explanations: which statement, grant or absence decided, and what would have to change."""

from __future__ import annotations

import json
from typing import Any, Final

import attrs
import pytest

from pytest_kmsmock.service.authorization.decision import not_across_accounts
from pytest_kmsmock.service.authorization.explanation import explanation, reason
from pytest_kmsmock.service.authorization.open_questions import OPEN_QUESTIONS
from pytest_kmsmock.service.values.identity import unique_id

OWN: Final = "111122223333"
ROOT: Final = f"arn:aws:iam::{OWN}:root"
USER: Final = f"arn:aws:iam::{OWN}:user/ann"
USER_ID: Final = unique_id("user", USER)
PARTNER: Final = "arn:aws:iam::444455556666:user/eve"
SERVICE: Final = "s3.amazonaws.com"
KEY: Final = f"arn:aws:kms:us-west-2:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALL: Final = {"Action": "kms:*", "Resource": "*"}
ACCOUNT: Final = {"Sid": "Delegate", "Effect": "Allow", "Principal": {"AWS": ROOT}, **ALL}
TENANT: Final = {"StringEquals": {"kms:EncryptionContext:tenant": "42"}}


@pytest.fixture
def told(rule: Any, helpers: Any) -> Any:
    """Explain a decision."""

    def tell(
        name: str = USER, *statements: Any, key_policy: Any = (ACCOUNT,), **more: Any
    ) -> list[str]:
        policies = [{"Version": "2012-10-17", "Statement": [each]} for each in statements]
        permission = more.pop("permission", "kms:Encrypt")
        if key_policy:
            more["policy"] = {"Version": "2012-10-17", "Statement": list(key_policy)}
        ruling = rule(helpers.who(name, *policies), permission, **more)
        return explanation([ruling]).splitlines()

    return tell


def test_who_is_allowed_is_told_by_what(told: Any, helpers: Any) -> None:
    """In one line."""
    allow = {"Sid": "Use", "Effect": "Allow", **ALL}
    named = {"Effect": "Allow", "Principal": {"AWS": [USER, PARTNER, SERVICE]}, **ALL}
    grant = helpers.new_grant(7, GranteePrincipal=USER, Operations=["Encrypt"])

    assert told(USER, allow) == [
        f"{USER} is allowed kms:Encrypt on {KEY}: "
        'statement 1 ("Delegate") of the key policy leaves it '
        'to the account\'s IAM policies, and statement 1 ("Use") of IAM policy 1 allows it.'
    ]
    assert told(USER, key_policy=(ACCOUNT, named)) == [
        f"{USER} is allowed kms:Encrypt on {KEY}: "
        "statement 2 of the key policy allows it to the caller."
    ]
    assert told(PARTNER, allow, key_policy=(named,)) == [
        f"{PARTNER} is allowed kms:Encrypt on {KEY}: "
        "statement 1 of the key policy allows it to the "
        'other account, and statement 1 ("Use") of IAM policy 1 allows it.'
    ]
    assert told(ROOT) == [
        f"{ROOT} is allowed kms:Encrypt on {KEY}: "
        'statement 1 ("Delegate") of the key policy leaves it '
        "to the account's IAM policies, and the root user has every IAM permission."
    ]
    assert told(USER, grants=[grant]) == [
        f"{USER} is allowed kms:Encrypt on {KEY}: grant 00000000… permits it."
    ]
    assert told(USER, allow, permission="kms:CreateKey", key_policy=()) == [
        f'{USER} is allowed kms:CreateKey on *: statement 1 ("Use") of IAM policy 1 allows it.'
    ]


def test_a_caller_without_iam_policies(told: Any) -> None:
    """What is there, what is not, and three ways out."""
    assert told(USER) == [
        f"{USER} is not allowed kms:Encrypt on {KEY}: no IAM policy allows it.",
        '- Statement 1 ("Delegate") of the key policy: leaves it to the IAM policies of account '
        f"{OWN}.",
        "- The caller has no IAM policies.",
        "- No grant on the key names the caller.",
        f"- To allow it, an IAM policy of {USER} must allow kms:Encrypt on {KEY}; or the key "
        f"policy must allow it to {USER} itself; or a grant must permit Encrypt to it.",
    ]


def test_statements_that_nearly_allow(told: Any) -> None:
    """Each with what it lacks: another resource, another value, no value."""
    lines = told(
        USER,
        {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": f"{KEY}0"},
        {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*", "Condition": TENANT},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"},
        params={"EncryptionContext": {"tenant": "7"}},
    )

    assert lines[2:4] == [
        f"- Statement 1 of IAM policy 1: is for other resources: {KEY}0.",
        "- Statement 1 of IAM policy 2: its condition is not met: StringEquals "
        "kms:EncryptionContext:tenant '42'; the request has '7' for kms:EncryptionContext:tenant.",
    ]
    assert not any("IAM policy 3" in line for line in lines)
    lacking = told(USER, {"Effect": "Allow", **ALL, "Condition": TENANT})
    assert lacking[2].endswith("'42'; the request lacks kms:EncryptionContext:tenant.")


def test_a_key_that_only_the_test_can_tell(told: Any) -> None:
    """The author of a test learns where to say it."""
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}

    lines = told(USER, {"Effect": "Allow", **ALL, "Condition": office})

    assert lines[2].endswith(
        "the request lacks aws:SourceIp, which context= of kms.principal() can give."
    )


def test_statements_on_other_operations_only(told: Any) -> None:
    """Are an absence."""
    lines = told(
        USER,
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"},
        key_policy=[{**ACCOUNT, "Action": "kms:Decrypt"}],
    )

    assert lines[:3] == [
        f"{USER} is not allowed kms:Encrypt on {KEY}: the key policy does not allow it.",
        "- No statement of the key policy is on kms:Encrypt.",
        "- No statement of its IAM policies is on kms:Encrypt.",
    ]
    assert f"the key policy must allow kms:Encrypt to {USER}, or to {ROOT} and an IAM" in lines[4]


def test_a_key_policy_for_others(told: Any) -> None:
    """It names whom it is for, and IAM, which allows, is not asked for again."""
    others = [f"arn:aws:iam::{OWN}:user/{name}" for name in ("bob", "eve", "joe", "kim")]
    lines = told(
        USER,
        {"Effect": "Allow", **ALL},
        key_policy=[{"Effect": "Allow", "Principal": {"AWS": others}, **ALL}],
    )

    assert lines[1] == (
        f"- Statement 1 of the key policy: is for others, {', '.join(others[:3])} and 1 more."
    )
    assert lines[-1] == (
        f"- To allow it, the key policy must allow kms:Encrypt to {USER}, or to {ROOT}; "
        "or a grant must permit Encrypt to it."
    )


def test_a_statement_on_another_resource_of_a_key_policy(told: Any) -> None:
    """Covers nothing, which few know."""
    lines = told(USER, key_policy=[{**ACCOUNT, "Resource": "arn:aws:kms:*:*:key/*"}])

    assert lines[1] == (
        '- Statement 1 ("Delegate") of the key policy: has another Resource than "*", '
        "which covers nothing: arn:aws:kms:*:*:key/*."
    )


def test_a_deny(told: Any) -> None:
    """Names the statement that must go, or its condition."""
    deny = {"Sid": "Never", "Effect": "Deny", **ALL}
    key_policy = [ACCOUNT, {**deny, "Principal": "*", "Condition": {"Null": {"aws:userid": False}}}]

    assert told(USER, {"Effect": "Allow", **ALL}, deny) == [
        f"{USER} is not allowed kms:Encrypt on {KEY}: "
        'statement 1 ("Never") of IAM policy 2 denies it.',
        '- Statement 1 ("Never") of IAM policy 2: denies it, whatever else allows it.',
        '- To allow it, statement 1 ("Never") of IAM policy 2 must no longer deny it.',
    ]
    assert told(USER, key_policy=key_policy)[1:] == [
        "- Statement 2 (\"Never\") of the key policy: denies it where Null aws:userid 'false'; "
        f"the request has '{USER_ID}' for aws:userid.",
        '- To allow it, statement 2 ("Never") of the key policy must no longer deny it, '
        "or one of its conditions must not be met.",
    ]


def test_another_account(told: Any) -> None:
    """Both sides are told, which AWS never does."""
    silent = told(PARTNER)
    let_in = told(PARTNER, key_policy=[{**ACCOUNT, "Principal": "*"}])
    allowed_by_iam = told(PARTNER, {"Effect": "Allow", **ALL})
    iam = f"an IAM policy of {PARTNER} must allow kms:Encrypt on {KEY}"
    theirs = f"the key policy, of account {OWN}, must allow kms:Encrypt to {PARTNER} or its account"
    grant = "; or a grant must permit Encrypt to it."

    refused = f"{PARTNER} is not allowed kms:Encrypt on {KEY}: "
    assert [lines[0] for lines in (silent, let_in, allowed_by_iam)] == [
        f"{refused}no IAM policy allows it.",
        f"{refused}no IAM policy allows it.",
        f"{refused}the key policy does not allow it.",
    ]
    assert silent[-1] == f"- To allow it, {iam} and {theirs}{grant}"
    assert let_in[-1] == f"- To allow it, {iam}{grant}"
    assert allowed_by_iam[-1] == f"- To allow it, {theirs}{grant}"


def test_grants_that_do_not_fit(told: Any, helpers: Any) -> None:
    """Those on the operation first, and no more than a handful."""
    to_ann = {"GranteePrincipal": USER, "Operations": ["Decrypt"]}
    grants = [helpers.new_grant(number, **to_ann) for number in range(7)]
    constrained = {
        "Operations": ["Encrypt"],
        "Constraints": {"EncryptionContextEquals": {"a": "1"}},
    }
    grants.append(helpers.new_grant(0xABCDEF << 232, **(to_ann | constrained)))

    lines = [line for line in told(USER, grants=grants) if "rant" in line][:-1]

    assert lines[0] == (
        "- Grant abcdef00…: its constraint is not met: {'EncryptionContextEquals': {'a': '1'}}."
    )
    assert lines[1:5] == ["- Grant 00000000…: permits Decrypt only."] * 4
    assert lines[5] == "- 3 other grants to the caller do not permit it either."


@pytest.mark.parametrize(
    ("members", "permission", "params", "why"),
    [
        (
            {"Operations": ["Decrypt", "Sign"]},
            "kms:Encrypt",
            {},
            "permits Decrypt, Sign only",
        ),
        (
            {"Constraints": {"SourceArn": "arn:aws:s3:::b"}},
            "kms:Encrypt",
            {},
            "its constraint is not met: {'SourceArn': 'arn:aws:s3:::b'}; it is for calls of "
            "services",
        ),
        (
            {"Constraints": {"EncryptionContextEquals": {"a": "1"}}},
            "kms:Encrypt",
            {},
            "its constraint is not met: {'EncryptionContextEquals': {'a': '1'}}",
        ),
        (
            {},
            "kms:CreateGrant",
            {"Operations": ["Decrypt"]},
            "permits CreateGrant, Encrypt only, and the new grant more than that",
        ),
        (
            {"Constraints": {"EncryptionContextEquals": {"a": "1"}}},
            "kms:CreateGrant",
            {"Operations": ["Encrypt"]},
            "the new grant must be constrained as strictly: "
            "{'EncryptionContextEquals': {'a': '1'}}",
        ),
        (
            {"GranteePrincipal": ROOT},
            "kms:Encrypt",
            {},
            "is to the account, so that an IAM policy must allow it too",
        ),
    ],
)
def test_why_a_grant_does_not_fit(
    told: Any,
    helpers: Any,
    members: dict[str, Any],
    permission: str,
    params: dict[str, Any],
    why: str,
) -> None:
    """With the grant's name, if it has one."""
    terms = {"GranteePrincipal": USER, "Operations": ["CreateGrant", "Encrypt"], **members}
    grant = attrs.evolve(helpers.new_grant(7, **terms), name="nightly")

    lines = told(USER, permission=permission, params=params, grants=[grant])

    assert f'- Grant 00000000… ("nightly"): {why}.' in lines


def test_a_grant_that_is_too_new(told: Any, helpers: Any) -> None:
    """Would do, with its token."""
    grant = helpers.new_grant(7, GranteePrincipal=USER, Operations=["Encrypt"])

    lines = told(USER, world=helpers.Surroundings(grants=[grant], too_new=[grant.id]))

    assert lines[-2] == (
        "- Grant 00000000…: is so new that it does not count yet, except for who shows its token."
    )


def test_what_no_grant_can_permit(told: Any) -> None:
    """Grants are not spoken of then."""
    lines = told(USER, permission="kms:ScheduleKeyDeletion")

    assert not any("grant" in line.lower() for line in lines)


def test_the_lockout_check_is_of_the_new_key_policy(told: Any) -> None:
    """And it can be bypassed."""
    new = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": PARTNER}, **ALL}]})

    assert told(USER, permission="kms:PutKeyPolicy", new_policy=new) == [
        f"{USER} is not allowed kms:PutKeyPolicy on {KEY} under the new key policy: "
        "the new key policy does not allow it.",
        f"- Statement 1 of the new key policy: is for others, {PARTNER}.",
        "- The caller has no IAM policies.",
        f"- To allow it, the new key policy must allow kms:PutKeyPolicy to {USER}, or to {ROOT} "
        f"and an IAM policy of {USER} must allow kms:PutKeyPolicy on {KEY}; or the request must "
        "say BypassPolicyLockoutSafetyCheck.",
    ]


def test_an_operation_that_never_works_across_accounts(rule: Any, helpers: Any) -> None:
    """Nothing helps but a caller of the key's own account."""
    query = rule(helpers.who(PARTNER), "kms:DisableKey", resource=KEY, authority="key").query

    assert explanation([not_across_accounts(query)]).splitlines() == [
        f"{PARTNER} is not allowed kms:DisableKey on {KEY}: "
        "the operation does not work across accounts.",
        f"- The key is one of account {OWN}, the caller is of 444455556666.",
        f"- To allow it, the caller must be of account {OWN}.",
    ]


def test_an_alias_has_no_key_policy(told: Any) -> None:
    """IAM alone can change it."""
    lines = told(
        USER,
        key_policy=(),
        permission="kms:CreateAlias",
        resource="arn:aws:kms:us-west-2:1:alias/app",
        authority="alias",
    )

    assert lines[1:] == [
        "- The caller has no IAM policies.",
        f"- To allow it, an IAM policy of {USER} must allow kms:CreateAlias on "
        "arn:aws:kms:us-west-2:1:alias/app.",
    ]


def test_a_service_has_no_iam_policies(told: Any) -> None:
    """The key policy must name it."""
    lines = told(SERVICE)

    assert "- The caller is a service, which has no IAM policies." in lines
    assert lines[-1].startswith(
        f"- To allow it, the key policy must allow kms:Encrypt to the service {SERVICE}"
    )


def test_what_aws_leaves_open_is_named_where_it_mattered(told: Any, helpers: Any) -> None:
    """For a statement that decided, or might have."""
    by_arn = [{**ACCOUNT, "Principal": {"AWS": USER}, "Resource": KEY}]
    with_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    role = f"arn:aws:iam::{OWN}:role/Reader"

    assert told(USER, key_policy=by_arn)[1:] == [
        f"- AWS leaves open {OPEN_QUESTIONS['resource-of-key-policy']}."
    ]
    unmet = told(role, {"Effect": "Allow", **ALL, "Condition": with_mfa})
    assert unmet[-1] == f"- AWS leaves open {OPEN_QUESTIONS['mfa-of-role-session']}."
    allowed = told(
        role, {"Effect": "Allow", **ALL, "Condition": with_mfa}, {"Effect": "Allow", **ALL}
    )
    assert len(allowed) == 1


def test_the_reason_is_a_sentence(rule: Any, helpers: Any) -> None:
    """Of what was refused, else of all that was allowed."""
    policy = {"Statement": [ACCOUNT]}
    caller = helpers.who(
        USER, {"Statement": {"Effect": "Allow", "Action": "kms:E*", "Resource": "*"}}
    )
    allowed, refused = rule(caller, policy=policy), rule(caller, "kms:Decrypt", policy=policy)

    assert reason([allowed]).startswith("kms:Encrypt: statement 1")
    assert reason([allowed, refused]) == "kms:Decrypt: no IAM policy allows it"
    assert reason([allowed, allowed]) == f"{reason([allowed])}; {reason([allowed])}"


def test_what_is_open_about_a_grant_is_named_if_it_lets_in(told: Any, helpers: Any) -> None:
    """What is open about another that does not is named only where none does."""
    context = {"EncryptionContextSubset": {"tenant": "42"}}
    terms = {"GranteePrincipal": PARTNER, "Operations": ["Encrypt"]}
    narrow = helpers.new_grant(1, **terms, Constraints=context)
    wide = helpers.new_grant(2, **terms)
    params = {"EncryptionContext": {"Tenant": "42"}}
    case = f"- AWS leaves open {OPEN_QUESTIONS['case-of-constraint-keys']}."
    across = f"- AWS leaves open {OPEN_QUESTIONS['cross-account-grantee']}."

    assert told(PARTNER, grants=[narrow, wide], params=params)[1:] == [across]
    assert told(PARTNER, grants=[narrow], params=params)[-1] == case


OTHER_ROOT: Final = "arn:aws:iam::444455556666:root"
RETIRING: Final = {"Effect": "Allow", "Action": "kms:RetireGrant", "Resource": "*"}


@pytest.mark.parametrize(
    ("caller", "statements", "members", "right"),
    [
        (USER, [], {"RetiringPrincipal": USER}, "it is the retiring principal"),
        (
            USER,
            [],
            {"GranteePrincipal": USER, "Operations": ["RetireGrant"]},
            "it is the grantee, and the grant permits RetireGrant",
        ),
        (ROOT, [], {}, "it is the root user of the account that made the grant"),
        (USER, [RETIRING], {}, "IAM allows it, in the account that made the grant"),
        (OTHER_ROOT, [], {"RetiringPrincipal": OTHER_ROOT}, "it is the retiring principal"),
        (
            PARTNER,
            [RETIRING],
            {"RetiringPrincipal": OTHER_ROOT},
            "IAM allows it, in the account that is the retiring principal",
        ),
        (
            OTHER_ROOT,
            [],
            {"GranteePrincipal": "444455556666", "Operations": ["RetireGrant"]},
            "it is the grantee, and the grant permits RetireGrant",
        ),
        (
            PARTNER,
            [RETIRING],
            {"GranteePrincipal": OTHER_ROOT, "Operations": ["RetireGrant"]},
            "IAM allows it, in the account that is the grantee",
        ),
    ],
)
def test_who_may_retire_a_grant_is_told_by_which_right(
    told: Any,
    helpers: Any,
    caller: str,
    statements: list[Any],
    members: dict[str, Any],
    right: str,
) -> None:
    """In one line, but for what AWS leaves open."""
    terms = {"GranteePrincipal": SERVICE, "Operations": ["Encrypt"], **members}

    lines = told(
        caller,
        *statements,
        permission="kms:RetireGrant",
        authority="grant",
        grant=helpers.new_grant(**terms),
    )

    assert lines[0] == f"{caller} is allowed kms:RetireGrant on {KEY}: {right}."
    assert all(line.startswith("- AWS leaves open ") for line in lines[1:])


def test_a_grant_that_is_not_the_callers_to_retire(told: Any, helpers: Any) -> None:
    """With all the ways there are."""
    grant = helpers.new_grant(GranteePrincipal=SERVICE, Operations=["Encrypt"])
    more = {"permission": "kms:RetireGrant", "authority": "grant", "grant": grant}
    ways = (
        "- To allow it, the caller must be the grant's retiring principal, its grantee if it "
        "permits RetireGrant, or somebody whom IAM allows kms:RetireGrant in the account that "
        "made it."
    )

    assert told(USER, **more) == [
        f"{USER} is not allowed kms:RetireGrant on {KEY}: no IAM policy allows it.",
        "- The caller has no IAM policies.",
        ways,
    ]
    stranger = told(PARTNER, RETIRING, **more)
    assert stranger[0].endswith(": the grant is not the caller's to retire.")
    assert stranger[-1] == ways

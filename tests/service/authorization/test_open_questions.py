"""Open questions: each has its words, a place where it is answered, and queries that meet it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

import pytest_kmsmock
from pytest_kmsmock.service.authorization.decision import Ruling
from pytest_kmsmock.service.authorization.open_questions import OPEN_QUESTIONS

OWN: Final = "111122223333"
OTHER: Final = "444455556666"
ROOT: Final = f"arn:aws:iam::{OWN}:root"
USER: Final = f"arn:aws:iam::{OWN}:user/ann"
ROLE: Final = f"arn:aws:iam::{OWN}:role/Reader"
PARTNER: Final = f"arn:aws:iam::{OTHER}:role/Partner"
SERVICE: Final = "cloudtrail.amazonaws.com"
TRAIL: Final = f"arn:aws:cloudtrail:us-west-2:{OWN}:trail/main"
KEY: Final = f"arn:aws:kms:us-west-2:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
NOBODY: Final = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{OWN}:user/nobody"},
    "Action": "kms:*",
    "Resource": "*",
}
ALLOW: Final = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
TAGS: Final = [{"TagKey": "Team", "TagValue": "red"}, {"TagKey": "team", "TagValue": "blue"}]


def test_each_open_question_has_a_place_where_it_is_answered() -> None:
    """And none is answered that has no words."""
    package = Path(pytest_kmsmock.__file__).parent
    asked = set()
    for path in package.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r'reads\(\s*"([a-z-]+)"', text))
        asked |= {
            name
            for name in OPEN_QUESTIONS
            if f'"{name}"' in text and path.name != "open_questions.py"
        }

    assert asked == set(OPEN_QUESTIONS)


def met_by(ruling: Ruling) -> set[str]:
    """Return the questions that were met on the way to *ruling*."""
    of_statements = (finding.questions for finding in ruling.findings)
    of_grants = (verdict.questions for verdict in ruling.verdicts)
    return {*ruling.questions}.union(*of_statements, *of_grants)


@pytest.fixture
def condition(rule: Any, helpers: Any) -> Any:
    """Return the questions that are met by an IAM policy with that condition."""

    def questions(
        operator: str,
        name: str,
        value: Any,
        permission: str = "kms:Encrypt",
        *,
        caller: str = USER,
        context: Any = None,
        **more: Any,
    ) -> set[str]:
        policy = {
            "Version": "2012-10-17",
            "Statement": {**ALLOW, "Condition": {operator: {name: value}}},
        }
        more = {"params": {}, **more}
        return met_by(rule(helpers.who(caller, policy, context=context or {}), permission, **more))

    return questions


@pytest.mark.parametrize(
    ("question", "asked", "params"),
    [
        ("message-type", ("kms:MessageType", "RAW", "kms:Sign"), {"MessageType": "RAW"}),
        (
            "pending-window",
            ("kms:ScheduleKeyDeletionPendingWindowInDays", "7", "kms:ScheduleKeyDeletion"),
            {"PendingWindowInDays": 7},
        ),
        (
            "rotation-period",
            ("kms:RotationPeriodInDays", "365", "kms:EnableKeyRotation"),
            {"RotationPeriodInDays": 365},
        ),
    ],
)
def test_a_parameter_that_a_request_leaves_out(
    condition: Any, helpers: Any, question: str, asked: tuple[str, str, str], params: Any
) -> None:
    """What stands for it matters only where it is left out."""
    name, value, permission = asked
    key = helpers.new_key({"Statement": NOBODY})

    assert condition("StringEquals", name, value, permission, key=key) == {question}
    assert condition("StringEquals", name, value, permission, key=key, params=params) == set()


@pytest.mark.parametrize(
    ("given", "open_ones"), [(False, {"bypass-given-as-false"}), (True, set())]
)
def test_a_bypass_of_the_lockout_check_that_is_given_as_false(
    condition: Any, helpers: Any, given: bool, open_ones: set[str]
) -> None:
    """Whether the key is there then."""
    asked = ("Bool", "kms:BypassPolicyLockoutSafetyCheck", "false", "kms:PutKeyPolicy")
    params = {"BypassPolicyLockoutSafetyCheck": given}

    key = helpers.new_key({"Statement": NOBODY})

    assert condition(*asked, key=key, params=params) == open_ones
    assert condition(*asked, key=key) == set()


def test_the_account_of_who_calls_a_list(condition: Any, helpers: Any) -> None:
    """For operations on a key it is no question."""
    asked = ("StringEquals", "kms:CallerAccount", OWN)

    assert condition(*asked, "kms:ListKeys") == {"caller-account-of-lists"}
    assert condition(*asked, key=helpers.new_key({"Statement": NOBODY})) == set()


def test_whether_a_grant_is_for_a_resource_of_aws(condition: Any, helpers: Any) -> None:
    """A service that asks for the caller says that it is."""
    asked = ("Bool", "kms:GrantIsForAWSResource", "true", "kms:CreateGrant")
    params = {"Operations": ["Encrypt"], "GranteePrincipal": USER}
    more = {"key": helpers.new_key({"Statement": NOBODY}), "params": params}

    assert condition(*asked, **more) == {"grant-is-for-aws-resource"}
    assert condition(*asked, via="s3.amazonaws.com", **more) == set()


def test_conditions_on_the_permission_on_an_alias(condition: Any) -> None:
    """Those on the caller are no question."""
    alias = {"authority": "alias", "resource": f"arn:aws:kms:us-west-2:{OWN}:alias/app"}

    for name in ("kms:CallerAccount", "aws:ResourceTag/team"):
        questions = condition("StringEquals", name, "x", "kms:CreateAlias", **alias)
        assert questions == {"conditions-on-aliases"}
    assert condition("StringEquals", "aws:PrincipalArn", "x", "kms:CreateAlias", **alias) == set()


def test_mfa_of_a_session_without_it(condition: Any) -> None:
    """Long-term credentials do not say."""
    asked = ("Bool", "aws:MultiFactorAuthPresent", "true", "kms:ListKeys")

    assert condition(*asked, caller=ROLE) == {"mfa-of-role-session"}
    assert condition(*asked) == set()


def test_tags_of_a_key_that_is_being_made(condition: Any, helpers: Any) -> None:
    """A key that is there has its own."""
    asked = ("StringEquals", "aws:ResourceTag/team", "red")
    key = helpers.new_key({"Statement": NOBODY}, tags={"team": "red"})

    assert condition(*asked, "kms:CreateKey") == {"resource-tags-of-new-keys"}
    assert condition(*asked, key=key) == set()


def test_names_that_differ_by_case_alone(condition: Any) -> None:
    """Two tags that one condition key fits."""
    asked = ("StringEquals", "aws:RequestTag/team", "red", "kms:CreateKey")

    assert condition(*asked, params={"Tags": TAGS}) == {"keys-that-differ-by-case"}
    assert condition(*asked, params={"Tags": TAGS[:1]}) == set()


@pytest.mark.parametrize(
    ("operator", "context", "open_ones"),
    [
        ("StringEquals", ("red",), {"multivalued-without-quantifier"}),
        ("ForAnyValue:StringEquals", ("red",), set()),
        ("ForAnyValue:StringEquals", None, set()),
        ("ForAnyValue:StringEqualsIfExists", ("red",), set()),
        ("ForAnyValue:StringEqualsIfExists", None, {"for-any-value-if-exists"}),
        ("ForAllValues:StringNotEquals", ("red",), set()),
        ("ForAllValues:StringNotEquals", None, {"for-all-values-of-nothing"}),
        ("ForAllValues:StringEquals", None, set()),
    ],
)
def test_operators_on_keys_that_have_many_values(
    condition: Any, operator: str, context: Any, open_ones: set[str]
) -> None:
    """Without a quantifier, or without a value."""
    given = {} if context is None else {"aws:principalorgpaths": context}

    found = condition(operator, "aws:PrincipalOrgPaths", "red", "kms:ListKeys", context=given)

    assert found == open_ones


@pytest.mark.parametrize(
    ("operator", "value", "open_ones"),
    [
        ("Bool", "${aws:username}", {"variables-in-bool"}),
        ("Bool", "true", set()),
        ("BinaryEquals", "QmluYXJ5", {"binary-equals"}),
        ("StringEquals", "QmluYXJ5", set()),
    ],
)
def test_operators_that_are_hardly_described(
    condition: Any, operator: str, value: str, open_ones: set[str]
) -> None:
    """Variables under Bool, and what BinaryEquals compares."""
    assert condition(operator, "aws:PrincipalArn", value, "kms:ListKeys") == open_ones


def test_a_permission_of_another_service(rule: Any, helpers: Any) -> None:
    """KMS's own are no question."""
    caller = helpers.who(USER, {"Statement": ALLOW})

    assert met_by(rule(caller, "iam:CreateServiceLinkedRole")) == {"dependent-permissions"}
    assert met_by(rule(caller, "kms:ListKeys")) == set()


@pytest.mark.parametrize(
    ("resource", "open_ones"),
    [
        (f"arn:aws:kms:*:{OWN}:*", {"account-wide-lists"}),
        (f"arn:aws:kms:*:{OTHER}:*", set()),
        ("*", set()),
    ],
)
def test_a_pattern_for_all_of_an_account_covers_a_list(
    rule: Any, helpers: Any, resource: str, open_ones: set[str]
) -> None:
    """A star alone does so without a question."""
    caller = helpers.who(USER, {"Statement": {**ALLOW, "Resource": resource}})

    ruling = rule(caller, "kms:ListKeys", account_wide=f"arn:aws:kms:us-west-2:{OWN}:*")

    assert met_by(ruling) == open_ones
    assert ruling.allows is (OTHER not in resource)


@pytest.mark.parametrize(
    ("resource", "open_ones"), [(KEY, {"resource-of-key-policy"}), ("*", set()), (TRAIL, set())]
)
def test_a_key_policy_that_names_its_key(
    rule: Any, helpers: Any, resource: str, open_ones: set[str]
) -> None:
    """Or another resource."""
    policy = {"Statement": {**ALLOW, "Principal": {"AWS": USER}, "Resource": resource}}

    assert met_by(rule(helpers.who(USER), policy=policy)) == open_ones


@pytest.mark.parametrize(
    ("condition", "new", "open_ones"),
    [
        ({"StringEquals": {"aws:PrincipalArn": USER}}, True, {"conditions-at-lockout"}),
        ({"StringEquals": {"aws:PrincipalArn": USER}}, False, set()),
        ({}, True, set()),
    ],
)
def test_conditions_in_the_policy_that_may_lock_out(
    rule: Any, helpers: Any, condition: Any, new: bool, open_ones: set[str]
) -> None:
    """In a policy that is in force they are none."""
    statement = {**ALLOW, "Principal": {"AWS": USER}, "Condition": condition}
    policy = {"Statement": statement}
    more = {"new_policy": json.dumps(policy)} if new else {}

    assert met_by(rule(helpers.who(USER), "kms:PutKeyPolicy", policy=policy, **more)) == open_ones


@pytest.mark.parametrize(
    ("caller", "spared", "open_ones"),
    [
        (USER, [USER, ROOT], set()),
        (USER, [USER], {"not-principal-without-account"}),
        (USER, [ROOT], {"not-principal-without-account"}),
        (USER, [PARTNER], set()),
        (ROOT, [USER], set()),
        (ROOT, [ROOT], set()),
    ],
)
def test_whom_a_not_principal_spares(
    rule: Any, helpers: Any, caller: str, spared: list[str], open_ones: set[str]
) -> None:
    """Somebody without the account, or the account without somebody."""
    deny = {"Effect": "Deny", "NotPrincipal": {"AWS": spared}, "Action": "*", "Resource": "*"}

    assert met_by(rule(helpers.who(caller), policy={"Statement": deny})) == open_ones


def test_a_service_in_a_not_principal(rule: Any, helpers: Any) -> None:
    """For the service itself it is no question."""
    spared = {"AWS": [USER, ROOT], "Service": SERVICE}
    deny = {"Effect": "Deny", "NotPrincipal": spared, "Action": "*", "Resource": "*"}

    for name in (USER, ROOT):
        found = met_by(rule(helpers.who(name), policy={"Statement": deny}))
        assert found == {"services-in-not-principal"}
    assert met_by(rule(helpers.who(SERVICE), policy={"Statement": deny})) == set()


@pytest.fixture
def granted(rule: Any, helpers: Any) -> Any:
    """Return the questions that are met by a grant with those members."""

    def questions(
        caller: str, permission: str = "kms:Encrypt", params: Any = None, **members: Any
    ) -> set[str]:
        grant = helpers.new_grant(
            **{"GranteePrincipal": caller, "Operations": ["Encrypt", "CreateGrant"], **members}
        )
        more = {"policy": {"Statement": NOBODY}, "grants": [grant], "params": params or {}}
        return met_by(rule(helpers.who(caller), permission, **more))

    return questions


def test_a_grant_to_somebody_of_another_account(granted: Any) -> None:
    """Where it lets in; to one's own it is no question."""
    assert granted(PARTNER) == {"cross-account-grantee"}
    assert granted(PARTNER, Operations=["Decrypt"]) == set()
    assert granted(USER) == set()


def test_a_grant_to_an_account(granted: Any) -> None:
    """Whether it lets in or not."""
    assert granted(ROOT) == {"account-as-grantee"}
    assert granted(USER, GranteePrincipal=ROOT) == {"account-as-grantee"}


@pytest.mark.parametrize(
    ("context", "open_ones"),
    [
        ({"Tenant": "42"}, {"case-of-constraint-keys"}),
        ({"tenant": "42"}, set()),
        ({"Tenant": "43"}, set()),
    ],
)
def test_the_case_of_a_constraint(granted: Any, context: Any, open_ones: set[str]) -> None:
    """Only where nothing else than case is in the way."""
    constraint = {"EncryptionContextSubset": {"tenant": "42"}}

    assert granted(USER, params={"EncryptionContext": context}, Constraints=constraint) == open_ones


def test_a_source_arn_in_a_direct_call(granted: Any) -> None:
    """A service has one, or not."""
    assert granted(USER, Constraints={"SourceArn": TRAIL}) == {"source-arn-of-direct-call"}
    assert granted(SERVICE, Constraints={"SourceArn": TRAIL}) == set()


def test_a_grant_that_no_parent_permits_alone(granted: Any) -> None:
    """What one of them permits is no question."""
    params = {"GranteePrincipal": PARTNER, "Operations": ["Encrypt", "Decrypt"]}

    assert granted(USER, "kms:CreateGrant", params) == {"two-parents"}
    assert granted(USER, "kms:CreateGrant", {**params, "Operations": ["Encrypt"]}) == set()


@pytest.mark.parametrize(
    ("caller", "members", "open_ones"),
    [
        (ROOT, {}, {"issuing-account"}),
        (USER, {"RetiringPrincipal": USER}, set()),
        (
            f"arn:aws:iam::{OTHER}:root",
            {"GranteePrincipal": f"arn:aws:iam::{OTHER}:root", "Operations": ["RetireGrant"]},
            {"account-as-grantee"},
        ),
    ],
)
def test_whose_a_grant_is_to_retire(
    rule: Any, helpers: Any, caller: str, members: Any, open_ones: set[str]
) -> None:
    """The account that made it, or the one that it is for."""
    terms = {"GranteePrincipal": PARTNER, "Operations": ["Encrypt"], **members}
    more = {"authority": "grant", "grant": helpers.new_grant(**terms)}

    ruling = rule(helpers.who(caller), "kms:RetireGrant", policy={"Statement": NOBODY}, **more)

    assert ruling.allows
    assert met_by(ruling) == open_ones

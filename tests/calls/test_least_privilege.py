"""The smallest policy: it allows what was needed, nothing of it can go, and it is no wider."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_kmsmock.calls.least_privilege import Needed, from_json, policy_for, to_json
from pytest_kmsmock.service.authorization.decision import decide
from pytest_kmsmock.service.authorization.query import Query
from pytest_kmsmock.service.values.identity import identity_of
from pytest_kmsmock.service.values.key import KmsKey
from pytest_kmsmock.service.values.specs import KEY_SPECS

ACCOUNT: Final = "111122223333"
PREFIX: Final = f"arn:aws:kms:us-west-2:{ACCOUNT}"
FIXED: Final = f"{PREFIX}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER_FIXED: Final = f"{PREFIX}:key/99999999-12ab-34cd-56ef-1234567890ab"
ANY_KEY: Final = f"{PREFIX}:key/*"
ALIAS: Final = f"{PREFIX}:alias/app"
KEY_POLICY: Final = json.dumps(
    {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": ACCOUNT},
            "Action": "kms:*",
            "Resource": "*",
        }
    }
)


@attrs.define
class World:
    """A key with those aliases, and no grants."""

    aliases: tuple[str, ...]

    def policy_of(self, key: KmsKey) -> str:
        return key.policy

    def tags_of(self, key: KmsKey) -> tuple[tuple[str, str], ...]:
        return key.tags

    def aliases_of(self, key: KmsKey) -> tuple[str, ...]:
        return self.aliases

    def has_too_many_aliases(self, key: KmsKey) -> bool:
        return False

    def unused_since(self, key: KmsKey) -> float:
        return 0.0

    def grants_to(self, key: KmsKey, grantee: str) -> Iterable[Any]:
        return ()

    def is_seen(self, grant: Any) -> bool:
        return True


def new_key(arn: str) -> KmsKey:
    _, _, _, region, account, resource = arn.split(":")
    return KmsKey(
        account=account,
        region=region,
        key_id=resource.removeprefix("key/"),
        arn=arn,
        spec=KEY_SPECS["SYMMETRIC_DEFAULT"],
        usage="ENCRYPT_DECRYPT",
        origin="AWS_KMS",
        state="Enabled",
        description="",
        creation_date=0.0,
        materials=(),
        policy=KEY_POLICY,
    )


def allows(policy: dict[str, Any], needed: Needed) -> bool:
    """Tell whether the call that *needed* that is allowed under *policy*, in another run."""
    caller = identity_of(f"arn:aws:iam::{ACCOUNT}:role/application", policies=(json.dumps(policy),))
    assert caller is not None
    # Its ID is another one now.
    arn = needed.resource.replace("*", "00000000-0000-4000-8000-000000000000")
    is_key = ":key/" in needed.resource
    query = Query(
        permission=needed.action,
        resource=arn if is_key else needed.resource,
        authority="key" if is_key else "alias" if ":alias/" in needed.resource else "iam",
        caller=caller,
        region="us-west-2",
        now=0.0,
        params={"EncryptionContext": dict(needed.context or ())},
        key=new_key(arn) if is_key else None,
    )
    return decide(query, World(needed.aliases)).allows


def without(policy: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield *policy* without each of its statements, and without each action of one."""
    for number, statement in enumerate(policy["Statement"]):
        less = copy.deepcopy(policy)
        del less["Statement"][number]
        yield less if less["Statement"] else {"Statement": {**statement, "Action": "s3:*"}}
        for index in range(len(statement["Action"])):
            less = copy.deepcopy(policy)
            del less["Statement"][number]["Action"][index]
            if less["Statement"][number]["Action"]:
                yield less


def test_an_empty_run_needs_nothing() -> None:
    """A list of statements all the same."""
    assert policy_for([]) == {"Version": "2012-10-17", "Statement": []}


def test_a_key_whose_id_is_fixed_is_named() -> None:
    """And two that need the same share a statement."""
    needed = [Needed(f"kms:{name}", FIXED) for name in ("Encrypt", "Decrypt", "Encrypt")]
    both = [*needed, *(attrs.evolve(each, resource=OTHER_FIXED) for each in needed)]

    assert policy_for(needed)["Statement"] == [
        {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:Encrypt"], "Resource": [FIXED]}
    ]
    assert policy_for(both)["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:Encrypt"],
            "Resource": [FIXED, OTHER_FIXED],
        }
    ]


def test_any_other_key_is_known_by_its_alias() -> None:
    """Of several, by the one that most keys have."""
    needed = [
        Needed("kms:Encrypt", ANY_KEY, ("alias/app",)),
        Needed("kms:Encrypt", ANY_KEY, ("alias/a", "alias/app")),
        Needed("kms:Decrypt", ANY_KEY, ("alias/a", "alias/app")),
    ]

    assert policy_for(needed)["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:Encrypt"],
            "Resource": [ANY_KEY],
            "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/app"}},
        }
    ]


def test_no_action_is_allowed_on_a_key_that_did_not_need_it() -> None:
    """Statements are no wider than the run."""
    needed = [
        Needed("kms:Encrypt", FIXED),
        Needed("kms:Decrypt", FIXED),
        Needed("kms:Encrypt", OTHER_FIXED),
        Needed("kms:ListKeys", "*"),
    ]
    policy = policy_for(needed)

    assert all(allows(policy, each) for each in needed)
    assert not allows(policy, Needed("kms:Decrypt", OTHER_FIXED))
    assert not allows(policy, Needed("kms:ListAliases", "*"))


def test_pairs_of_the_context_that_all_calls_agree_on_are_asked_for() -> None:
    """By action and key; a value that begins like a variable is none."""
    needed = [
        Needed("kms:Encrypt", FIXED, (), (("path", "${x}/1"), ("tenant", "42"))),
        Needed("kms:Encrypt", FIXED, (), (("path", "${x}/2"), ("tenant", "42"))),
        Needed("kms:Decrypt", FIXED, (), (("path", "${x}/1"), ("tenant", "42"))),
        Needed("kms:DescribeKey", FIXED),
    ]
    policy = policy_for(needed)

    conditions = {
        action: statement.get("Condition")
        for statement in policy["Statement"]
        for action in statement["Action"]
    }
    assert conditions == {
        "kms:DescribeKey": None,
        "kms:Encrypt": {"StringEquals": {"kms:EncryptionContext:tenant": "42"}},
        "kms:Decrypt": {
            "StringEquals": {
                "kms:EncryptionContext:path": "${$}{x}/1",
                "kms:EncryptionContext:tenant": "42",
            }
        },
    }
    assert all(allows(policy, each) for each in needed)


@pytest.mark.parametrize(
    "pair",
    [
        ("aws-crypto-public-key", "A1"),
        ("request", "0f9c2b7e-6a55-4d0e-9c5e-2f6d0f6b7a11"),
        ("digest", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        ("nonce", "q0Zl8m2XJ1tYw5uQv9rKb7nEa4sDf6hGc3pLxOiTzUyMkRjW"),
    ],
    ids=lambda pair: pair[0],
)
def test_what_differs_from_run_to_run_is_not_asked_for(pair: tuple[str, str]) -> None:
    """Pairs of the Encryption SDK's own, and values that were drawn by lot."""
    context = tuple(sorted([pair, ("tenant", "42")]))

    (statement,) = policy_for([Needed("kms:Encrypt", FIXED, (), context)])["Statement"]

    assert statement["Condition"] == {"StringEquals": {"kms:EncryptionContext:tenant": "42"}}


def test_pairs_that_differ_by_case_are_not_asked_for() -> None:
    """As nobody knows which one a condition means."""
    context = (("TENANT", "7"), ("tenant", "42"))

    (statement,) = policy_for([Needed("kms:Encrypt", FIXED, (), context)])["Statement"]

    assert "Condition" not in statement


def test_what_another_statement_covers_is_left_out() -> None:
    """One on all keys covers those with an alias, and those that are named."""
    needed = [
        Needed("kms:Encrypt", ANY_KEY),
        Needed("kms:Encrypt", ANY_KEY, ("alias/app",)),
        Needed("kms:Encrypt", FIXED, ("alias/app",), (("a", "b"),)),
    ]

    assert policy_for(needed)["Statement"] == [
        {"Effect": "Allow", "Action": ["kms:Encrypt"], "Resource": [ANY_KEY]}
    ]


def test_what_was_needed_goes_to_another_process_as_json() -> None:
    """And comes back the same."""
    needed = {
        Needed("kms:Encrypt", ANY_KEY, ("alias/a", "alias/b"), (("a", "b"),)),
        Needed("kms:ListKeys", "*"),
    }

    assert set(from_json(json.loads(json.dumps(to_json(needed))))) == needed


ALIASES: Final = st.lists(
    st.sampled_from(("alias/app", "alias/b", "alias/c")), max_size=2, unique=True
).map(lambda names: tuple(sorted(names)))
CONTEXTS: Final = st.dictionaries(
    st.sampled_from(("tenant", "Tenant", "stage")), st.sampled_from(("1", "2", "${*}")), max_size=2
).map(lambda pairs: tuple(sorted(pairs.items())))
ON_KEYS: Final = st.builds(
    Needed,
    st.sampled_from(("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey")),
    st.sampled_from((FIXED, OTHER_FIXED, ANY_KEY, ANY_KEY.replace("west", "east"))),
    ALIASES,
    CONTEXTS,
)
ON_OTHERS: Final = st.sampled_from(
    (
        Needed("kms:DescribeKey", ANY_KEY, ("alias/app",)),
        Needed("kms:CreateAlias", ALIAS),
        Needed("kms:CreateAlias", ANY_KEY),
        Needed("kms:ListKeys", "*"),
        Needed("kms:CreateKey", "*"),
    )
)


@settings(max_examples=300, deadline=None)
@given(needed=st.lists(ON_KEYS | ON_OTHERS, max_size=8))
def test_round_trip(needed: list[Needed]) -> None:
    """The engine allows each call under the policy, and refuses one without any part of it."""
    policy = policy_for(needed)

    assert [each for each in needed if not allows(policy, each)] == []
    for less in without(policy):
        assert not all(allows(less, each) for each in needed)

"""Callers, keys and a world in which the pure engine can be asked."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import attrs
import pytest
from hypothesis import settings

from pytest_kmsmock.service.authorization.decision import Ruling, decide
from pytest_kmsmock.service.authorization.query import Query
from pytest_kmsmock.service.values.grant import Grant
from pytest_kmsmock.service.values.identity import Identity, identity_of
from pytest_kmsmock.service.values.key import KmsKey
from pytest_kmsmock.service.values.specs import KEY_SPECS, KeyUsage

# A deadline fails on a busy machine, and says nothing of the law.
settings.register_profile("authorization", deadline=None)
settings.load_profile("authorization")

NOW: Final = 1_780_000_000.0
ACCOUNT: Final = "111122223333"
REGION: Final = "us-west-2"
KEY_ID: Final = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}"
ROOT: Final = f"arn:aws:iam::{ACCOUNT}:root"


@attrs.define(kw_only=True)
class Surroundings:
    """A world in which nothing is but what a test says."""

    policy: str | None = None
    aliases: Sequence[str] = ()
    too_many_aliases: bool = False
    used: float = NOW
    grants: Iterable[Grant] = ()
    too_new: Sequence[str] = ()

    def policy_of(self, key: KmsKey) -> str:
        return key.policy

    def tags_of(self, key: KmsKey) -> Iterable[tuple[str, str]]:
        return key.tags

    def aliases_of(self, key: KmsKey) -> Sequence[str]:
        return self.aliases

    def has_too_many_aliases(self, key: KmsKey) -> bool:
        return self.too_many_aliases

    def unused_since(self, key: KmsKey) -> float:
        return self.used

    def grants_to(self, key: KmsKey, grantee: str) -> Iterable[Grant]:
        for grant in self.grants:
            members = grant.members
            if grantee in (members.get("GranteePrincipal"), members.get("GranteeServicePrincipal")):
                yield grant

    def is_seen(self, grant: Grant) -> bool:
        return grant.id not in self.too_new


@pytest.fixture(scope="session")
def naive() -> ModuleType:
    """The second opinion, in the file of that name."""
    path = Path(__file__).with_name("naive.py")
    spec = importlib.util.spec_from_file_location("kmsmock_naive", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def new_key(
    policy: Mapping[str, Any],
    *,
    spec: str = "SYMMETRIC_DEFAULT",
    usage: KeyUsage | None = None,
    origin: str = "AWS_KMS",
    multi_region: Any = None,
    tags: Mapping[str, str] | None = None,
    account: str = ACCOUNT,
    region: str = REGION,
) -> KmsKey:
    return KmsKey(
        account=account,
        region=region,
        key_id=KEY_ID,
        arn=f"arn:aws:kms:{region}:{account}:key/{KEY_ID}",
        spec=KEY_SPECS[spec],
        usage=usage or KEY_SPECS[spec].usual_usage,
        origin=origin,
        state="Enabled",
        description="",
        creation_date=NOW,
        materials=(),
        policy=json.dumps(policy),
        tags=tuple((tags or {}).items()),
        multi_region=multi_region,
    )


def new_grant(number: int = 0, *, issuer: str = ROOT, **members: Any) -> Grant:
    return Grant(
        id=f"{number:064x}",
        name="",
        key_arn=ARN,
        members=members,
        issuing_account=issuer,
        creation_date=NOW,
    )


def who(name: str, *policies: Mapping[str, Any], **more: Any) -> Identity:
    """Return the identity *name* with those IAM policies."""
    found = identity_of(name, policies=tuple(json.dumps(each) for each in policies), **more)
    assert found is not None
    return found


@pytest.fixture
def rule() -> Callable[..., Ruling]:
    """Decide on a query about a key with that policy."""

    def decision(
        caller: Identity,
        permission: str = "kms:Encrypt",
        *,
        policy: Mapping[str, Any] | None = None,
        key: KmsKey | None = None,
        grants: Iterable[Grant] = (),
        world: Surroundings | None = None,
        **more: Any,
    ) -> Ruling:
        if key is None and policy is not None:
            key = new_key(policy)
        members = {
            "resource": "*" if key is None else key.arn,
            "authority": "iam" if key is None else "key",
            "region": REGION,
            "now": NOW,
        }
        query = Query(permission=permission, caller=caller, key=key, **(members | more))
        return decide(query, world or Surroundings(grants=grants))

    return decision


@pytest.fixture(scope="session")
def helpers() -> Any:
    """What this file has, for tests whose values are made by Hypothesis."""
    import sys

    return sys.modules[__name__]

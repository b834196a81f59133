"""`kms.quotas`: AWS's quotas of resources, each adjustable for a test."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import Key, KmsMock, KmsMockError, mock_kms
from pytest_kmsmock.service.values.quotas import AWS_QUOTAS, Quotas

WORKER: Final = "arn:aws:iam::123456789012:role/worker"
POLICY: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }
)


def error_of(method: Callable[..., Any], **params: Any) -> dict[str, str]:
    with pytest.raises(ClientError) as caught:
        method(**params)
    error: Any = caught.value.response["Error"]
    return dict(error)


def test_they_are_awss(kms: KmsMock) -> None:
    """Source: KMS Developer Guide, "Resource quotas"."""
    assert attrs.asdict(kms.quotas) == {
        "keys": 100_000,
        "aliases_per_key": 50,
        "grants_per_key": 50_000,
        "tags_per_key": 50,
        "on_demand_rotations_per_key": 25,
        "policy_bytes": 32_768,
        "custom_key_stores": 10,
    }


def test_keys(kms: KmsMock, client: Any) -> None:
    """In any state, until they are gone; each account and Region has as many."""
    kms.quotas.keys = 2
    doomed = client.create_key()["KeyMetadata"]["KeyId"]
    client.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    client.schedule_key_deletion(KeyId=doomed, PendingWindowInDays=7)

    assert error_of(client.create_key) == {
        "Code": "LimitExceededException",
        "Message": "Key quota for this account in this region is 2 but the current usage is 2.",
    }
    kms.client("eu-west-1").create_key()
    kms.client(principal="arn:aws:iam::210987654321:role/app").create_key()
    kms.clock.advance(days=8)
    client.create_key()


def test_keys_of_the_test_count_too(kms: KmsMock, client: Any, key: Key) -> None:
    """The application finds them there, as it would in AWS."""
    kms.quotas.keys = 1

    assert error_of(client.create_key)["Code"] == "LimitExceededException"


def test_replicas_are_keys(kms: KmsMock, client: Any) -> None:
    """ReplicateKey is a CreateKey in the replica's Region."""
    primary = kms.create_key(multi_region=True)
    kms.create_key(region="eu-west-1")
    kms.quotas.keys = 1

    error = error_of(client.replicate_key, KeyId=primary.id, ReplicaRegion="eu-west-1")

    assert error["Code"] == "LimitExceededException"


def test_aliases(kms: KmsMock, client: Any) -> None:
    """Of one key: CreateAlias and UpdateAlias run into it, and a deletion makes room."""
    key = kms.create_key()
    kms.quotas.aliases_per_key = 2
    other = kms.create_key(alias="alias/other")
    for name in ("alias/a", "alias/b"):
        client.create_alias(AliasName=name, TargetKeyId=key.id)

    created = error_of(client.create_alias, AliasName="alias/c", TargetKeyId=key.id)
    updated = error_of(client.update_alias, AliasName="alias/other", TargetKeyId=key.id)

    assert created["Code"] == updated["Code"] == "LimitExceededException"
    assert key.arn in created["Message"]
    assert other.aliases == ["alias/other"]
    client.update_alias(AliasName="alias/a", TargetKeyId=key.id)
    client.delete_alias(AliasName="alias/b")
    client.update_alias(AliasName="alias/other", TargetKeyId=key.id)
    assert sorted(key.aliases) == ["alias/a", "alias/other"]


def test_grants(kms: KmsMock, client: Any, key: Key) -> None:
    """Of one key; a request that is repeated by its name needs none."""
    kms.quotas.grants_per_key = 2
    params = {"KeyId": key.id, "GranteePrincipal": WORKER, "Operations": ["Encrypt"]}
    named = client.create_grant(**params, Name="nightly")
    client.create_grant(**params)

    error = error_of(client.create_grant, **params)

    assert error["Code"] == "LimitExceededException"
    assert key.arn in error["Message"]
    assert client.create_grant(**params, Name="nightly")["GrantId"] == named["GrantId"]
    assert error_of(client.create_grant, **params, DryRun=True)["Code"] == "LimitExceededException"
    client.retire_grant(GrantToken=named["GrantToken"])
    client.create_grant(**params)


def test_tags(kms: KmsMock, client: Any, key: Key) -> None:
    """TagException here, as recorded; another value for a tag that there is needs no room."""
    kms.quotas.tags_per_key = 2
    tags = [{"TagKey": name, "TagValue": "x"} for name in ("a", "b")]
    client.tag_resource(KeyId=key.id, Tags=tags)

    error = error_of(client.tag_resource, KeyId=key.id, Tags=[{"TagKey": "c", "TagValue": "x"}])

    assert error == {"Code": "TagException", "Message": "Too many tags"}
    client.tag_resource(KeyId=key.id, Tags=[{"TagKey": "a", "TagValue": "y"}])
    assert key.tags == {"a": "y", "b": "x"}
    assert error_of(client.create_key, Tags=[*tags, {"TagKey": "c", "TagValue": "x"}]) == error


def test_rotations_on_demand(kms: KmsMock, client: Any, key: Key) -> None:
    """In the whole life of a key; automatic ones do not count."""
    kms.quotas.on_demand_rotations_per_key = 1
    client.enable_key_rotation(KeyId=key.id)
    kms.clock.advance(days=800)
    client.rotate_key_on_demand(KeyId=key.id)

    assert error_of(client.rotate_key_on_demand, KeyId=key.id) == {
        "Code": "LimitExceededException",
        "Message": "The on-demand rotations limit has been reached for the given keyId. No more "
        f"on-demand rotations can be performed for this key: {key.arn}",
    }


def test_policies(kms: KmsMock, client: Any) -> None:
    """CreateKey, PutKeyPolicy and ReplicateKey run into it."""
    key = kms.create_key(multi_region=True)
    kms.quotas.policy_bytes = len(POLICY) - 1

    created = error_of(client.create_key, Policy=POLICY)
    put = error_of(client.put_key_policy, KeyId=key.id, Policy=POLICY)
    replicated = error_of(
        client.replicate_key, KeyId=key.id, ReplicaRegion="eu-west-1", Policy=POLICY
    )

    assert created["Code"] == put["Code"] == replicated["Code"] == "LimitExceededException"
    kms.quotas.policy_bytes = len(POLICY)
    client.put_key_policy(KeyId=key.id, Policy=POLICY)


def test_zero_allows_none(kms: KmsMock, client: Any, key_id: str) -> None:
    """An account that may have nothing."""
    kms.quotas.keys = kms.quotas.aliases_per_key = kms.quotas.on_demand_rotations_per_key = 0

    for method, params in (
        (client.create_key, {}),
        (client.create_alias, {"AliasName": "alias/app", "TargetKeyId": key_id}),
        (client.rotate_key_on_demand, {"KeyId": key_id}),
    ):
        assert error_of(method, **params)["Code"] == "LimitExceededException"


def test_what_the_test_arranges_meets_no_quota(kms: KmsMock) -> None:
    """They are for the application; what the test sets up is as it says."""
    kms.quotas.keys = kms.quotas.aliases_per_key = kms.quotas.tags_per_key = 0
    kms.quotas.on_demand_rotations_per_key = kms.quotas.policy_bytes = 0

    key = kms.create_key(alias="alias/app", tags={"team": "red"}, policy=POLICY)
    key.rotate()

    assert key.aliases == ["alias/app"]
    assert len(key.materials) == 2


# Setting them.


def test_a_quota_that_kms_does_not_have(kms: KmsMock) -> None:
    """The message tells the nearest one and all that there are."""
    with pytest.raises(KmsMockError) as caught:
        kms.quotas.alias_per_key = 2  # type: ignore[attr-defined]

    text = str(caught.value)
    assert text.startswith(
        "KMS has no quota 'alias_per_key'. Did you mean 'aliases_per_key'? It has keys, "
    )
    assert text.endswith(", custom_key_stores.")
    assert "aliases_per_key" in text
    assert "grants_per_key" in text


@pytest.mark.parametrize("value", [-1, "2", 2.0, None, True])
def test_what_is_no_quota(kms: KmsMock, value: Any) -> None:
    with pytest.raises(KmsMockError, match=r"quotas\.keys=.* is no quota; write 0 or more"):
        kms.quotas.keys = value

    assert kms.quotas.keys == 100_000


def test_each_mock_has_its_own(kms: KmsMock) -> None:
    """An inner mock is a new AWS, or begins as a copy of the outer one's."""
    kms.quotas.keys = 3

    with mock_kms() as inner:
        assert inner.quotas.keys == 100_000
        inner.quotas.keys = 5

    assert kms.quotas.keys == 3
    assert Quotas() == AWS_QUOTAS


def test_the_next_test_has_awss_again(pytester: pytest.Pytester, no_other_plugins: None) -> None:
    """A fork starts with those of what it is a fork of, and keeps its own changes."""
    pytester.makepyfile("""
        import pytest

        @pytest.fixture(scope="module", autouse=True)
        def _few_keys(kms_module):
            kms_module.quotas.keys = 3

        @pytest.mark.parametrize("number", [1, 2])
        def test_quota(kms, number):
            assert kms.quotas.keys == 3
            kms.quotas.keys = 7
    """)

    pytester.runpytest("-p", "pytest_kmsmock.plugin").assert_outcomes(passed=2)


# What botocore does with a LimitExceededException; docs/how-to/quotas.md says the same.


def attempts(kms: KmsMock, mode: str) -> tuple[int, Any]:
    """Create a key too many with a client of that retry mode; return attempts and error."""
    client = kms.client(retries={"mode": mode, "total_max_attempts": 3})
    with pytest.raises(client.exceptions.LimitExceededException) as caught:
        client.create_key()
    error: Any = caught.value
    return 1 + error.response["ResponseMetadata"]["RetryAttempts"], error


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_nothing_is_retried_on_the_direct_path(kms: KmsMock, mode: str) -> None:
    """The exception comes at once, whatever the mode."""
    kms.quotas.keys = 0

    assert attempts(kms, mode)[0] == 1
    assert len(kms.calls("CreateKey")) == 1


@pytest.mark.kms(transport="wire")
@pytest.mark.parametrize(("mode", "expected"), [("legacy", 1), ("standard", 3), ("adaptive", 3)])
def test_botocore_retries_it_in_two_of_three_modes(kms: KmsMock, mode: str, expected: int) -> None:
    """The modes `standard` and `adaptive` take it for throttling; in the end it is raised."""
    kms.quotas.keys = 0

    made, error = attempts(kms, mode)

    assert made == expected
    assert error.response["Error"]["Code"] == "LimitExceededException"
    assert kms.calls("CreateKey")[0].retries == expected - 1


def test_a_scheduled_one_goes_over_the_wire(kms: KmsMock, key: Key) -> None:
    """So it is retried as AWS's would be."""
    kms.fail("CreateGrant", "LimitExceededException", times=1)
    client = kms.client(retries={"mode": "standard"})

    made = client.create_grant(KeyId=key.id, GranteePrincipal=WORKER, Operations=["Encrypt"])

    assert made["ResponseMetadata"]["RetryAttempts"] == 1

"""Asking: the permissions that each operation needs, and what it needs them on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from policies import denial, iam_policy, is_refused, key_policy

from pytest_kmsmock import Key, KmsMock

ACCOUNT: Final = "123456789012"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION: Final = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/kmsmock"
ROOT: Final = f"arn:aws:iam::{ACCOUNT}:root"


def no_iam(permission: str, resource: str = "", session: str = SESSION) -> str:
    on = f"on resource: {resource} " if resource else ""
    return (
        f"User: {session} is not authorized to perform: {permission} {on}"
        f"because no identity-based policy allows the {permission} action"
    )


Case = tuple[str, dict[str, Any], list[tuple[str, str]]]


def cases(key: Key, other: Key, blob: bytes) -> Iterator[Case]:
    alias = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/app"
    spare = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/spare"
    roles = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role"
    mrk = f"{roles}/mrk.kms.amazonaws.com/AWSServiceRoleForKeyManagementServiceMultiRegionKeys"
    tags = [{"TagKey": "a", "TagValue": "b"}]
    yield "create_key", {}, [("kms:CreateKey", "*")]
    yield (
        "create_key",
        {"MultiRegion": True},
        [
            ("kms:CreateKey", "*"),
            ("iam:CreateServiceLinkedRole", mrk),
        ],
    )
    yield "list_keys", {}, [("kms:ListKeys", "*")]
    yield "list_aliases", {}, [("kms:ListAliases", "*")]
    yield "list_aliases", {"KeyId": key.id}, [("kms:ListAliases", "*")]
    yield "generate_random", {"NumberOfBytes": 8}, [("kms:GenerateRandom", "*")]
    yield "list_retirable_grants", {"RetiringPrincipal": ROLE}, [("kms:ListRetirableGrants", "*")]
    yield "describe_custom_key_stores", {}, [("kms:DescribeCustomKeyStores", "*")]
    yield (
        "create_alias",
        {"AliasName": "alias/spare", "TargetKeyId": key.id},
        [
            ("kms:CreateAlias", spare),
            ("kms:CreateAlias", key.arn),
        ],
    )
    yield (
        "update_alias",
        {"AliasName": "alias/app", "TargetKeyId": other.id},
        [
            ("kms:UpdateAlias", alias),
            ("kms:UpdateAlias", key.arn),
            ("kms:UpdateAlias", other.arn),
        ],
    )
    yield (
        "delete_alias",
        {"AliasName": "alias/app"},
        [
            ("kms:DeleteAlias", alias),
            ("kms:DeleteAlias", key.arn),
        ],
    )
    yield (
        "re_encrypt",
        {"SourceKeyId": key.id, "CiphertextBlob": blob, "DestinationKeyId": other.id},
        [
            ("kms:ReEncryptFrom", key.arn),
            ("kms:ReEncryptTo", other.arn),
        ],
    )
    yield "encrypt", {"KeyId": "alias/app", "Plaintext": b"x"}, [("kms:Encrypt", key.arn)]
    yield "decrypt", {"KeyId": key.id, "CiphertextBlob": blob}, [("kms:Decrypt", key.arn)]
    yield "describe_key", {"KeyId": alias}, [("kms:DescribeKey", key.arn)]
    yield "tag_resource", {"KeyId": key.id, "Tags": tags}, [("kms:TagResource", key.arn)]
    yield (
        "put_key_policy",
        {
            "KeyId": key.id,
            "Policy": json.dumps(key_policy(ROOT, ROLE)),
        },
        [("kms:PutKeyPolicy", key.arn)],
    )
    yield (
        "create_grant",
        {
            "KeyId": key.id,
            "GranteePrincipal": ROLE,
            "Operations": ["Encrypt"],
        },
        [("kms:CreateGrant", key.arn)],
    )
    yield "list_grants", {"KeyId": key.id}, [("kms:ListGrants", key.arn)]


@pytest.mark.parametrize("number", range(19))
def test_each_permission_is_needed(kms: KmsMock, app: Any, number: int) -> None:
    """With all of them the call goes well; without one it is refused, and AWS names that one."""
    key, other = kms.create_key(alias="alias/app"), kms.create_key()
    blob = key.encrypt(b"x")
    found = list(cases(key, other, blob))
    assert len(found) == 19
    method, params, needed = found[number]

    for lacking in range(len(needed)):
        client = app(*[each for index, each in enumerate(needed) if index != lacking])
        assert denial(getattr(client, method), **params) == no_iam(*needed[lacking])
    getattr(app(*needed), method)(**params)

    assert kms.calls[-1].decision is not None
    assert kms.calls[-1].decision.allowed


def test_tags_of_a_new_key_need_a_permission_of_their_own(kms: KmsMock, app: Any) -> None:
    """On keys whose IDs nobody knows yet; AWS names no resource."""
    tags = [{"TagKey": "team", "TagValue": "red"}]
    keys = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*"
    one = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"

    for resource in ("arn:aws:kms:eu-west-1:*:key/*", one):
        client = app(("kms:CreateKey", "*"), ("kms:TagResource", resource))
        assert denial(client.create_key, Tags=tags) == no_iam("kms:TagResource")
    for resource in ("*", keys):
        client = app(("kms:CreateKey", "*"), ("kms:TagResource", resource))
        assert client.create_key(Tags=tags)["KeyMetadata"]["KeyId"]
    assert app(("kms:CreateKey", "*")).create_key(Tags=[])["KeyMetadata"]["KeyId"]


def test_replicas_need_permissions_in_their_region(kms: KmsMock, app: Any) -> None:
    """CreateKey and TagResource, by IAM, where aws:RequestedRegion is that Region."""
    key = kms.create_key(multi_region=True)
    tags = [{"TagKey": "a", "TagValue": "b"}]
    params = {"KeyId": key.id, "ReplicaRegion": "eu-west-1", "Tags": tags}
    replica = key.arn.replace("us-east-1", "eu-west-1")
    replicate = ("kms:ReplicateKey", key.arn)

    assert denial(app().replicate_key, **params) == no_iam(*replicate)
    assert denial(app(replicate).replicate_key, **params) == no_iam("kms:CreateKey", "*")
    lacking = app(replicate, ("kms:CreateKey", "*"))
    assert denial(lacking.replicate_key, **params) == no_iam("kms:TagResource", replica)

    document = iam_policy(replicate, ("kms:CreateKey", "*"), ("kms:TagResource", replica))
    document["Statement"][1]["Condition"] = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    role = kms.principal(ROLE, policies=[document])
    kms.client(principal=role).replicate_key(**params)


@pytest.mark.parametrize(
    ("name", "value", "another"),
    [
        ("kms:KeySpec", "HMAC_256", "HMAC_384"),
        ("kms:KeyUsage", "GENERATE_VERIFY_MAC", "SIGN_VERIFY"),
        ("kms:KeyOrigin", "AWS_KMS", "EXTERNAL"),
        ("kms:MultiRegion", "true", "false"),
        ("kms:MultiRegionKeyType", "REPLICA", "PRIMARY"),
        ("aws:RequestTag/team", "red", "blue"),
        ("kms:BypassPolicyLockoutSafetyCheck", "true", "false"),
    ],
)
def test_creating_a_replica_is_conditioned_as_creating_a_key(
    kms: KmsMock, name: str, value: str, another: str
) -> None:
    """Its kind is the primary's; tags and the bypass are those of the request."""
    key = kms.create_key(spec="HMAC_256", multi_region=True)
    outcomes = []
    for wanted in (another, value):
        document = iam_policy(
            ("kms:ReplicateKey", key.arn), ("kms:TagResource", "*"), ("kms:CreateKey", "*")
        )
        document["Statement"][2]["Condition"] = {"StringEquals": {name: wanted}}
        client = kms.client(principal=kms.principal(ROLE, policies=[document]))
        outcomes.append(
            is_refused(
                client.replicate_key,
                KeyId=key.id,
                ReplicaRegion="eu-west-1",
                Tags=[{"TagKey": "team", "TagValue": "red"}],
                BypassPolicyLockoutSafetyCheck=True,
            )
        )

    assert outcomes == [True, False]


def test_a_new_primary_needs_both_keys(kms: KmsMock, app: Any) -> None:
    """Each by its own key policy: the policies of related keys are never shared."""
    key = kms.create_key(multi_region=True)
    kms.client().replicate_key(KeyId=key.id, ReplicaRegion="eu-west-1")
    replica = kms.key(key.arn.replace("us-east-1", "eu-west-1"))
    params = {"KeyId": key.id, "PrimaryRegion": "eu-west-1"}
    name = "kms:UpdatePrimaryRegion"

    assert denial(app().update_primary_region, **params) == no_iam(name, key.arn)
    lacking = app((name, key.arn))
    assert denial(lacking.update_primary_region, **params) == no_iam(name, replica.arn)
    app((name, key.arn), (name, replica.arn)).update_primary_region(**params)


def test_key_stores_need_permissions_of_other_services(kms: KmsMock, app: Any) -> None:
    """CreateCustomKeyStore looks at the cluster, and acts by a role."""
    cluster = kms.cloudhsm_cluster()
    params = {
        "CustomKeyStoreName": "store",
        "CloudHsmClusterId": cluster.id,
        "TrustAnchorCertificate": cluster.trust_anchor,
        "KeyStorePassword": "kmsuser-password",
    }
    create, look = ("kms:CreateCustomKeyStore", "*"), ("cloudhsm:DescribeClusters", "*")

    assert denial(app().create_custom_key_store, **params) == no_iam(*create)
    assert denial(app(create).create_custom_key_store, **params) == no_iam(*look)
    role = (
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/cks.kms.amazonaws.com/"
        "AWSServiceRoleForKeyManagementServiceCustomKeyStores"
    )
    assert denial(app(create, look).create_custom_key_store, **params) == (
        no_iam("iam:CreateServiceLinkedRole", role)
    )
    assert "depends on" in kms.explain(kms.calls[-1])
    document = iam_policy(create, look, ("iam:CreateServiceLinkedRole", role))
    for service, is_it in (("mrk.kms.amazonaws.com", False), ("cks.kms.amazonaws.com", True)):
        condition = {"StringEquals": {"iam:AWSServiceName": service}}
        document["Statement"][2]["Condition"] = condition
        client = kms.client(principal=kms.principal(ROLE, policies=[document]))
        assert is_refused(client.create_custom_key_store, **params) is not is_it
    kms.client().delete_custom_key_store(
        CustomKeyStoreId=kms.client().describe_custom_key_stores()["CustomKeyStores"][0][
            "CustomKeyStoreId"
        ]
    )
    app(create, look, ("iam:CreateServiceLinkedRole", "*")).create_custom_key_store(**params)

"""Enforcement: what each operation asks for, and what AWS says where it is lacking."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError
from policies import denial, iam_policy, is_refused, key_policy

from pytest_kmsmock import KmsMock

ACCOUNT: Final = "123456789012"
OTHER: Final = "444455556666"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION: Final = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/kmsmock"
PARTNER: Final = f"arn:aws:iam::{OTHER}:role/partner"
PARTNER_SESSION: Final = f"arn:aws:sts::{OTHER}:assumed-role/partner/kmsmock"
ROOT: Final = f"arn:aws:iam::{ACCOUNT}:root"
ELSEWHERE: Final = (
    "because the resource does not exist in this Region, no resource-based policies allow "
    "access, or a resource-based policy explicitly denies access"
)


def no_iam(permission: str, resource: str = "", session: str = SESSION) -> str:
    on = f"on resource: {resource} " if resource else ""
    return (
        f"User: {session} is not authorized to perform: {permission} {on}"
        f"because no identity-based policy allows the {permission} action"
    )


# Operations, their permissions, and what they are on. Left out one by one.


def test_a_key_policy_cannot_allow_what_has_no_key(kms: KmsMock, app: Any) -> None:
    """Nor can the policy of the key that is about to be made."""
    kms.create_key(policy=key_policy(ROLE))
    own = json.dumps(key_policy(ROLE))

    assert denial(app().create_key, Policy=own) == no_iam("kms:CreateKey", "*")
    assert denial(app().list_keys) == no_iam("kms:ListKeys", "*")


# What AWS tells.


def test_a_ciphertext_does_not_tell_its_key(kms: KmsMock, app: Any) -> None:
    """Decrypt and ReEncrypt without a KeyId."""
    key = kms.create_key()
    blob = key.encrypt(b"x")
    unnamed = "on the resource associated with this ciphertext"

    def words(permission: str, reason: str) -> str:
        return f"User: {SESSION} is not authorized to perform: {permission} {unnamed} {reason}"

    silent = "because no identity-based policy allows the kms:Decrypt action"
    assert denial(app().decrypt, CiphertextBlob=blob) == words("kms:Decrypt", silent)
    assert denial(app().re_encrypt, CiphertextBlob=blob, DestinationKeyId=key.id) == words(
        "kms:ReEncryptFrom", silent.replace("Decrypt", "ReEncryptFrom")
    )

    kms.client().put_key_policy(
        KeyId=key.id, Policy=json.dumps(key_policy(ROOT, Action="kms:PutKeyPolicy"))
    )
    assert denial(app(("kms:*", "*")).decrypt, CiphertextBlob=blob) == words(
        "kms:Decrypt", "because no resource-based policy allows the kms:Decrypt action"
    )


def test_a_key_of_another_account_is_not_spoken_of(kms: KmsMock) -> None:
    """Whether it is there or not, unless the caller's own side says no."""
    key = kms.create_key()
    blob = key.encrypt(b"x")
    missing = f"{key.arn[:-12]}000000000000"
    silent = kms.client(principal=kms.principal(PARTNER))
    begins = f"User: {PARTNER_SESSION} is not authorized to perform: kms:Encrypt on this resource"
    no_identity = f"{begins} because no identity-based policy allows the kms:Encrypt action"

    for arn in (key.arn, missing, f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/none"):
        assert denial(silent.encrypt, KeyId=arn, Plaintext=b"x") == no_identity
    kms.principal(PARTNER, policies=[iam_policy(("kms:*", "*"))])
    for arn in (key.arn, missing, f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/none"):
        assert denial(silent.encrypt, KeyId=arn, Plaintext=b"x") == f"{begins} {ELSEWHERE}"
    assert denial(silent.decrypt, CiphertextBlob=blob).endswith(
        f"kms:Decrypt on the resource associated with this ciphertext {ELSEWHERE}"
    )
    decisions = [call.decision and call.decision.allowed for call in kms.calls]
    assert decisions == [False] * len(decisions)


def test_both_accounts_must_allow(kms: KmsMock) -> None:
    """The key policy to the other account, and IAM there."""
    key = kms.create_key(policy=key_policy(ROOT, OTHER))
    partner = kms.client(
        principal=kms.principal(PARTNER, policies=[iam_policy(("kms:Encrypt", key.arn))])
    )

    partner.encrypt(KeyId=key.arn, Plaintext=b"x")
    assert "no identity-based policy" in denial(partner.describe_key, KeyId=key.arn)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("get_key_policy", {}),
        ("enable_key", {}),
        ("schedule_key_deletion", {}),
        ("tag_resource", {"Tags": []}),
    ],
)
def test_some_operations_never_reach_another_account(
    kms: KmsMock, method: str, params: dict[str, Any]
) -> None:
    """Whatever the documents say; the explanation tells."""
    key = kms.create_key(policy=key_policy("*"))
    partner = kms.client(principal=kms.principal(PARTNER, policies=[iam_policy(("kms:*", "*"))]))

    assert denial(getattr(partner, method), KeyId=key.arn, **params).endswith(
        f"on this resource {ELSEWHERE}"
    )
    assert "does not work across accounts" in kms.explain(kms.calls[-1])


def test_a_refused_call_changes_nothing_and_tells_nothing_of_the_state(
    kms: KmsMock, app: Any
) -> None:
    """Authorization comes before key state, usage and content, and after the key is found."""
    key = kms.create_key(state="PendingDeletion")
    signing = kms.create_key(spec="ECC_NIST_P256")

    calls: list[Callable[[], Any]] = [
        lambda: app().encrypt(KeyId=key.id, Plaintext=b"x"),
        lambda: app().cancel_key_deletion(KeyId=key.id),
        lambda: app().encrypt(KeyId=signing.id, Plaintext=b"x"),
        lambda: app().generate_data_key(KeyId=key.id),
    ]
    for refused in calls:
        with pytest.raises(ClientError, match="AccessDeniedException"):
            refused()
    with pytest.raises(app().exceptions.NotFoundException):
        app().encrypt(KeyId="alias/none", Plaintext=b"x")
    with pytest.raises(ClientError, match="ValidationException"):
        kms.client(principal=ROLE, parameter_validation=False).encrypt(KeyId=key.id)
    assert key.state == "PendingDeletion"


# Grants.


def test_a_grant_needs_neither_the_key_policy_nor_iam(kms: KmsMock, app: Any) -> None:
    """For its operations, within its constraints."""
    key = kms.create_key()
    kms.client().create_grant(
        KeyId=key.id,
        GranteePrincipal=ROLE,
        Operations=["Encrypt", "DescribeKey"],
        Constraints={"EncryptionContextSubset": {"tenant": "42"}},
    )

    app().encrypt(KeyId=key.id, Plaintext=b"x", EncryptionContext={"tenant": "42", "a": "b"})
    app().describe_key(KeyId=key.id)
    assert denial(app().encrypt, KeyId=key.id, Plaintext=b"x") == no_iam("kms:Encrypt", key.arn)
    assert "its constraint is not met" in kms.explain(kms.calls[-1])
    assert denial(app().decrypt, KeyId=key.id, CiphertextBlob=key.encrypt(b"x"))


def test_grants_are_made_revoked_and_retired_by_whom_aws_lets(kms: KmsMock, app: Any) -> None:
    """Being the grantee gives no right to revoke, nor to retire unless the grant says so."""
    key = kms.create_key()
    admin = kms.client()
    terms = {"KeyId": key.id, "GranteePrincipal": ROLE}
    plain = admin.create_grant(**terms, Operations=["Encrypt"])
    retirable = admin.create_grant(**terms, Operations=["Encrypt", "RetireGrant"])

    for method, params in (
        ("revoke_grant", {"KeyId": key.id, "GrantId": plain["GrantId"]}),
        ("retire_grant", {"GrantToken": plain["GrantToken"]}),
        ("retire_grant", {"KeyId": key.arn, "GrantId": plain["GrantId"]}),
    ):
        assert denial(getattr(app(), method), **params)
    app().retire_grant(GrantToken=retirable["GrantToken"])
    app(("kms:RevokeGrant", key.arn)).revoke_grant(KeyId=key.id, GrantId=plain["GrantId"])
    assert key.grants == []


def test_a_grant_that_was_made_by_a_grant_is_no_wider(kms: KmsMock, app: Any) -> None:
    """Operations among its parent's."""
    key = kms.create_key()
    kms.client().create_grant(
        KeyId=key.id, GranteePrincipal=ROLE, Operations=["CreateGrant", "Encrypt"]
    )
    terms = {"KeyId": key.id, "GranteePrincipal": PARTNER}

    assert denial(app().create_grant, **terms, Operations=["Decrypt"])
    assert app().create_grant(**terms, Operations=["Encrypt"])["GrantId"]


def test_a_grant_of_another_account_reaches_its_key(kms: KmsMock) -> None:
    """Without IAM there; that AWS leaves it open is told."""
    key = kms.create_key()
    kms.client().create_grant(KeyId=key.id, GranteePrincipal=PARTNER, Operations=["Encrypt"])
    partner = kms.client(principal=kms.principal(PARTNER))

    partner.encrypt(KeyId=key.arn, Plaintext=b"x")

    assert "AWS leaves open whether a grantee of another account" in kms.explain(kms.calls[-1])


# Conditions, from a real request.


@pytest.mark.parametrize(
    ("condition", "params", "allowed"),
    [
        ({"StringEquals": {"kms:EncryptionContext:tenant": "42"}}, {}, True),
        ({"StringEquals": {"kms:RequestAlias": "alias/app"}}, {}, True),
        ({"StringEquals": {"kms:RequestAlias": "alias/app"}}, {"KeyId": None}, False),
        ({"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/app"}}, {"KeyId": None}, True),
        ({"StringEquals": {"aws:ResourceTag/team": "red"}}, {}, True),
        ({"StringLike": {"aws:UserAgent": "*otocore*"}}, {}, True),
        ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, {}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01"}}, {}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, {}, True),
    ],
    ids=str,
)
def test_conditions(
    kms: KmsMock, condition: dict[str, Any], params: dict[str, Any], allowed: bool
) -> None:
    """What the request, the key and the client bring."""
    key = kms.create_key(alias="alias/app", tags={"team": "red"})
    document = iam_policy(("kms:Encrypt", "*"))
    document["Statement"][0]["Condition"] = condition
    client = kms.client(principal=kms.principal(ROLE, policies=[document]))
    params = {"KeyId": key.id if params else "alias/app", "EncryptionContext": {"tenant": "42"}}

    if allowed:
        client.encrypt(Plaintext=b"x", **params)
    else:
        denial(client.encrypt, Plaintext=b"x", **params)


def test_time_is_the_services(kms: KmsMock) -> None:
    """A permission that ends when the clock has moved."""
    kms.create_key(alias="alias/app")
    document = iam_policy(("kms:Encrypt", "*"))
    end = int(kms.clock.now.timestamp()) + 3600
    document["Statement"][0]["Condition"] = {"DateLessThan": {"aws:CurrentTime": str(end)}}
    client = kms.client(principal=kms.principal(ROLE, policies=[document]))
    client.encrypt(KeyId="alias/app", Plaintext=b"x")

    kms.clock.advance(hours=1)

    assert denial(client.encrypt, KeyId="alias/app", Plaintext=b"x")


def test_the_same_key_on_both_sides(kms: KmsMock) -> None:
    """kms:ReEncryptOnSameKey."""
    key, other = kms.create_key(), kms.create_key()
    document = iam_policy(("kms:ReEncrypt*", "*"))
    document["Statement"][0]["Condition"] = {"Bool": {"kms:ReEncryptOnSameKey": "true"}}
    client = kms.client(principal=kms.principal(ROLE, policies=[document]))
    blob = key.encrypt(b"x")

    client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key.id)
    assert denial(client.re_encrypt, CiphertextBlob=blob, DestinationKeyId=other.id)


@pytest.mark.extra("nitro")
def test_an_enclave_is_known_by_its_registers(kms: KmsMock) -> None:
    """kms:RecipientAttestation, of a real document; without one the condition is not met."""
    key = kms.create_key()
    enclave = kms.enclave(pcrs={0: "ab" * 48})
    document = iam_policy(("kms:Decrypt", "*"))
    document["Statement"][0]["Condition"] = {
        "StringEqualsIgnoreCase": {"kms:RecipientAttestation:ImageSha384": "AB" * 48}
    }
    client = kms.client(principal=kms.principal(ROLE, policies=[document]))
    blob = key.encrypt(b"x")

    client.decrypt(CiphertextBlob=blob, Recipient=enclave.recipient())
    assert denial(client.decrypt, CiphertextBlob=blob)


def test_a_key_that_nobody_knows_in_a_key_policy_is_told(kms: KmsMock) -> None:
    """By name, when policies are asked; AWS may know it, the mock does not."""
    from pytest_kmsmock import KmsMockError

    never = {"StringEquals": {"kms:NewCondition": "x"}}
    key = kms.create_key(policy=key_policy(ROOT, ROLE, Condition=never))
    client = kms.client(principal=kms.principal(ROLE))

    with pytest.raises(KmsMockError, match="kms:NewCondition"):
        client.describe_key(KeyId=key.id)


# AWS managed keys.


def test_an_aws_managed_key_is_for_its_service(kms: KmsMock, app: Any) -> None:
    """Who calls through it may use the key; directly it can be looked at."""
    key = kms.create_key(alias="alias/aws/s3")
    everything = [iam_policy(("kms:*", "*"))]
    direct = kms.client(principal=kms.principal(ROLE, policies=everything))
    through = kms.client(
        principal=kms.principal(
            f"{ROLE}2",
            policies=everything,
            context={"kms:ViaService": "s3.us-east-1.amazonaws.com"},
        )
    )

    direct.describe_key(KeyId=key.id)
    assert "no resource-based policy" in denial(direct.encrypt, KeyId=key.id, Plaintext=b"x")
    through.encrypt(KeyId=key.id, Plaintext=b"x")


# The lockout check.

LOCKED_OUT: Final = "The new key policy will not allow you to update the key policy in the future."


@pytest.mark.parametrize(
    ("statements", "allowed", "passes"),
    [
        ([key_policy(ROOT)], True, True),
        ([key_policy(ROOT)], False, False),
        ([key_policy(ROLE)], False, True),
        ([key_policy(SESSION)], False, True),
        ([key_policy("*")], False, True),
        ([key_policy(f"{ROLE}2")], True, False),
        ([key_policy(f"{ROLE}2", ROOT)], True, True),
        ([key_policy(ROLE, Action="kms:Put*")], False, True),
        ([key_policy(ROLE, Action="kms:Encrypt")], False, False),
        ([key_policy(ROLE, Resource="arn:aws:kms:*:*:key/*")], False, False),
        ([key_policy(ROLE), key_policy("*", Effect="Deny", Action="kms:Put*")], False, False),
        ([key_policy(ROLE, Condition={"Null": {"aws:SourceIp": True}})], False, True),
        ([key_policy(ROLE, Condition={"Null": {"aws:SourceIp": False}})], False, False),
    ],
    ids=str,
)
@pytest.mark.parametrize("operation", ["CreateKey", "PutKeyPolicy", "ReplicateKey"])
def test_the_caller_must_be_able_to_change_the_new_policy(
    kms: KmsMock,
    refusal: Any,
    operation: str,
    statements: list[Any],
    allowed: bool,
    passes: bool,
) -> None:
    """Its own IAM counts, conditions as of this call; a bypass skips the check."""
    key = kms.create_key(policy=key_policy(ROOT, ROLE), multi_region=True)
    document = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [s for each in statements for s in each["Statement"]],
        }
    )
    needed = [("kms:CreateKey", "*"), ("kms:ReplicateKey", "*")]
    iam = iam_policy(*needed, *[("kms:PutKeyPolicy", "*")] * allowed)
    client = kms.client(principal=kms.principal(ROLE, policies=[iam]))
    of_key = {"KeyId": key.id}
    forms: dict[str, tuple[Any, dict[str, Any]]] = {
        "CreateKey": (client.create_key, {}),
        "PutKeyPolicy": (client.put_key_policy, of_key),
        "ReplicateKey": (client.replicate_key, {**of_key, "ReplicaRegion": "eu-west-1"}),
    }
    method, params = forms[operation]

    if not passes:
        assert refusal(method, Policy=document, **params) == (
            "MalformedPolicyDocumentException",
            LOCKED_OUT,
        )
        assert "kms:PutKeyPolicy" in kms.explain(kms.calls[-1])
        params = {**params, "BypassPolicyLockoutSafetyCheck": True}
    method(Policy=document, **params)


@pytest.mark.kms(enforce_policies="soft")
def test_softly_the_lockout_is_only_noted(kms: KmsMock) -> None:
    """The call does what it does without policies."""
    key = kms.create_key(policy=key_policy(ROOT, ROLE))
    client = kms.client(principal=ROLE)

    client.put_key_policy(KeyId=key.id, Policy=json.dumps(key_policy(ROOT)))

    [call] = kms.calls
    assert call.decision is not None
    assert not call.decision.allowed
    assert call.decision.reason == (
        "kms:PutKeyPolicy under the new key policy: no IAM policy allows it"
    )
    assert "under the new key policy" in kms.explain(call)


@pytest.mark.kms(enforce_policies="soft")
def test_softly_an_aws_managed_key_refuses_as_without_policies(kms: KmsMock) -> None:
    """Nobody else decides on it then."""
    key = kms.create_key(alias="alias/aws/s3")
    client = kms.client(principal=ROLE)

    client.describe_key(KeyId=key.id)
    denial(client.encrypt, KeyId=key.id, Plaintext=b"x")


def test_a_destination_that_is_not_there(kms: KmsMock, app: Any) -> None:
    """Who may not read the source learns nothing of it; of another account's AWS tells little."""
    key = kms.create_key()
    blob = key.encrypt(b"x")
    elsewhere = f"arn:aws:kms:us-east-1:{OTHER}:key/11111111-2222-4333-8444-555555555555"
    may_read = ("kms:ReEncryptFrom", key.arn)

    def members(destination: str) -> dict[str, Any]:
        return {"CiphertextBlob": blob, "SourceKeyId": key.id, "DestinationKeyId": destination}

    client = app()
    assert denial(client.re_encrypt, **members("alias/none")) == no_iam(
        "kms:ReEncryptFrom", key.arn
    )
    client = app(may_read)
    with pytest.raises(client.exceptions.NotFoundException):
        client.re_encrypt(**members("alias/none"))
    assert denial(client.re_encrypt, **members(elsewhere)).endswith(
        "on this resource because no identity-based policy allows the kms:ReEncryptTo action"
    )
    client = app(may_read, ("kms:ReEncryptTo", "*"))
    assert denial(client.re_encrypt, **members(elsewhere)).endswith(
        f"kms:ReEncryptTo on this resource {ELSEWHERE}"
    )


@pytest.mark.parametrize(
    ("named", "passes"), [(ROOT, True), (ACCOUNT, True), (ROLE, False), (PARTNER, False)]
)
def test_naming_only_others_locks_the_root_user_out(
    kms: KmsMock, refusal: Any, named: str, passes: bool
) -> None:
    """As AWS has it."""
    root = kms.client(principal=kms.principal(ROOT))
    document = json.dumps(key_policy(named))

    if passes:
        root.create_key(Policy=document)
    else:
        assert refusal(root.create_key, Policy=document)[1] == LOCKED_OUT


def test_the_default_policy_is_not_checked(kms: KmsMock, app: Any) -> None:
    """A caller who may only create keys gets it."""
    key_id = app(("kms:CreateKey", "*")).create_key()["KeyMetadata"]["KeyId"]

    assert denial(app(("kms:CreateKey", "*")).get_key_policy, KeyId=key_id)


# The wire.


@pytest.mark.kms(transport="wire")
def test_refusals_are_the_same_on_the_wire(kms: KmsMock, app: Any) -> None:
    """With the text under AWS's own name."""
    key = kms.create_key()

    assert denial(app().encrypt, KeyId=key.id, Plaintext=b"x") == no_iam("kms:Encrypt", key.arn)
    assert kms.calls[-1].decision is not None
    assert kms.calls[-1].principal == SESSION


def test_a_key_has_no_aliases_to_go_by_above_their_quota(kms: KmsMock) -> None:
    """At the quota it has. An alias that is one too many would let somebody in."""
    kms.create_key("alias/app", policy=key_policy(ROOT))
    by_alias = iam_policy(("kms:DescribeKey", "*"))
    by_alias["Statement"][0]["Condition"] = {
        "ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/app"}
    }
    client = kms.client(principal=kms.principal(ROLE, policies=[by_alias]))

    kms.quotas.aliases_per_key = 1
    assert client.describe_key(KeyId="alias/app")["KeyMetadata"]["Enabled"]

    kms.quotas.aliases_per_key = 0
    assert is_refused(client.describe_key, KeyId="alias/app")


# In another partition.


@pytest.mark.parametrize("policy", [None, key_policy("*"), key_policy(ACCOUNT)])
def test_a_caller_is_unknown_in_another_partition(kms: KmsMock, app: Any, policy: Any) -> None:
    """Whatever the key policy says: AWS has other accounts there, which have other credentials."""
    key = kms.create_key(region="cn-north-1", policy=policy)
    app(("kms:*", "*"))
    client = kms.client("cn-north-1", principal=ROLE)

    for method, params in (
        (client.encrypt, {"KeyId": key.arn, "Plaintext": b"x"}),
        (client.list_keys, {}),
        (client.create_key, {}),
        (client.encrypt, {"KeyId": key.arn.replace(ACCOUNT, OTHER), "Plaintext": b"x"}),
    ):
        with pytest.raises(ClientError) as caught:
            method(**params)

        error = caught.value.response["Error"]
        assert error["Code"] == "UnrecognizedClientException"
        assert error["Message"] == "The security token included in the request is invalid."
        decision = kms.calls[-1].decision
        assert decision is not None
        assert not decision.allowed
        assert "cn-north-1 is not of the partition aws;" in kms.explain(kms.calls[-1])
    assert kms.keys == [key]


def test_a_service_is_the_same_in_all_partitions(kms: KmsMock) -> None:
    """It has no account."""
    policy = key_policy(Principal={"Service": "cloudtrail.amazonaws.com"})
    key = kms.create_key(region="cn-north-1", policy=policy)
    service = kms.principal("cloudtrail.amazonaws.com")

    kms.client("cn-north-1", principal=service).encrypt(KeyId=key.id, Plaintext=b"x")


def test_a_caller_of_another_partition_is_noted_and_let_through_softly(
    kms: KmsMock, app: Any
) -> None:
    app(("kms:*", "*"))
    kms.enforce_policies = "soft"

    kms.client("us-gov-west-1", principal=ROLE).list_keys()

    decision = kms.calls[-1].decision
    assert decision is not None
    assert not decision.allowed


def test_a_replica_in_another_partition_is_refused_as_ever(kms: KmsMock, app: Any) -> None:
    """The caller is known where the call goes."""
    key = kms.create_key(multi_region=True)

    with pytest.raises(ClientError, match=r"UnsupportedOperation|Validation"):
        app(("kms:*", "*")).replicate_key(KeyId=key.id, ReplicaRegion="cn-north-1")

"""CreateGrant: to whom, for what, under which constraints, and once or again."""

from __future__ import annotations

from typing import Any, Final

import pytest

from pytest_kmsmock import Key, KmsMock, KmsMockError
from pytest_kmsmock.service.api.shapes import shapes_of
from pytest_kmsmock.service.values.specs import KeySpecName

ACCOUNT: Final = "123456789012"
ROOT: Final = f"arn:aws:iam::{ACCOUNT}:root"
WORKER: Final = f"arn:aws:iam::{ACCOUNT}:role/worker"
JANITOR: Final = f"arn:aws:iam::{ACCOUNT}:role/janitor"
PARTNER: Final = "arn:aws:iam::210987654321:role/partner"
INSTANCE: Final = f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-0123456789abcdef0"

has_service_principals = pytest.mark.skipif(
    "GranteeServicePrincipal" not in shapes_of("CreateGrant").members,
    reason="this botocore has no grants to services",
)


def test_a_grant_has_an_id_and_a_token(client: Any, key: Key) -> None:
    """The ID is 64 hex digits; nobody can read the token."""
    made = client.create_grant(KeyId=key.id, GranteePrincipal=WORKER, Operations=["Decrypt"])

    assert made.keys() == {"GrantId", "GrantToken", "ResponseMetadata"}
    assert len(made["GrantId"]) == 64
    assert set(made["GrantId"]) <= set("0123456789abcdef")
    assert made["GrantId"] not in made["GrantToken"]


def test_a_grant_is_listed_as_it_was_made(client: Any, key: Key, kms: KmsMock) -> None:
    """The key by its ARN, the issuing account by its root principal."""
    constraints = {"EncryptionContextSubset": {"tenant": "7"}}
    made = client.create_grant(
        KeyId=key.id,
        GranteePrincipal=WORKER,
        RetiringPrincipal=JANITOR,
        Operations=["Encrypt", "Decrypt", "DescribeKey"],
        Constraints=constraints,
        Name="nightly:job/1",
    )

    (listed,) = client.list_grants(KeyId=key.id)["Grants"]

    assert abs((listed.pop("CreationDate") - kms.clock.now).total_seconds()) < 60
    assert listed == {
        "KeyId": key.arn,
        "GrantId": made["GrantId"],
        "Name": "nightly:job/1",
        "GranteePrincipal": WORKER,
        "RetiringPrincipal": JANITOR,
        "IssuingAccount": ROOT,
        "Operations": ["Encrypt", "Decrypt", "DescribeKey"],
        "Constraints": constraints,
    }


def test_a_grant_without_extras_lists_none(grant: Any, key: Key) -> None:
    """The name is empty then; who retires it and its constraints are left out."""
    grant()

    (listed,) = key.grants
    assert listed["Name"] == ""
    assert "RetiringPrincipal" not in listed
    assert "Constraints" not in listed


def test_the_handle_shows_all_grants(grant: Any, key: Key, kms: KmsMock) -> None:
    """However many pages there are; and nothing of it is a call of the application."""
    made = [grant()["GrantId"] for _ in range(120)]
    kms.calls.clear()

    assert [each["GrantId"] for each in key.grants] == made
    assert len(kms.calls) == 0


# Once or again.


def test_without_a_name_each_request_makes_a_grant(grant: Any, key: Key) -> None:
    """A retry of such a request leaves a duplicate behind."""
    first, second = grant(), grant()

    assert first["GrantId"] != second["GrantId"]
    assert len(key.grants) == 2


def test_with_a_name_a_request_can_be_repeated(grant: Any, key: Key) -> None:
    """The grant is the same, its token is a new one; both are good."""
    first, second = grant(Name="nightly"), grant(Name="nightly")

    assert first["GrantId"] == second["GrantId"]
    assert first["GrantToken"] != second["GrantToken"]
    assert len(key.grants) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"Name": "weekly"},
        {"GranteePrincipal": PARTNER},
        {"RetiringPrincipal": JANITOR},
        {"Operations": ["Encrypt", "Decrypt"]},
        {"Constraints": {"EncryptionContextEquals": {"tenant": "7"}}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_name_with_other_terms_is_another_grant(
    grant: Any, key: Key, change: dict[str, Any]
) -> None:
    """A name need not be unique: it is there for retries only."""
    first, second = grant(Name="nightly"), grant(**{"Name": "nightly", **change})

    assert first["GrantId"] != second["GrantId"]
    assert len(key.grants) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"Operations": ["Decrypt", "Encrypt"]},
        {"Operations": ["Encrypt", "Decrypt", "Encrypt"]},
        {"Constraints": {}},
        {"GrantTokens": []},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_terms_in_other_words_are_the_same_grant(
    grant: Any, key: Key, change: dict[str, Any]
) -> None:
    """Operations are a set, and nothing said is as nothing."""
    terms: dict[str, Any] = {"Name": "nightly", "Operations": ["Encrypt", "Decrypt"]}
    first = grant(**terms)

    second = grant(**{**terms, **change})

    assert first["GrantId"] == second["GrantId"]
    assert len(key.grants) == 1


def test_the_same_name_on_two_keys_is_two_grants(grant: Any, kms: KmsMock) -> None:
    """As recorded from AWS."""
    other = kms.create_key()

    assert grant(Name="nightly")["GrantId"] != grant(Name="nightly", KeyId=other.id)["GrantId"]


def test_a_revoked_grant_is_not_found_again_by_its_name(grant: Any, client: Any, key: Key) -> None:
    """The request makes a new one, with a new ID."""
    first = grant(Name="nightly")
    client.revoke_grant(KeyId=key.id, GrantId=first["GrantId"])

    second = grant(Name="nightly")

    assert second["GrantId"] != first["GrantId"]
    assert [each["GrantId"] for each in key.grants] == [second["GrantId"]]


# To whom.


@pytest.mark.parametrize(
    "principal",
    [
        ROOT,
        f"arn:aws:iam::{ACCOUNT}:user/ann",
        f"arn:aws:iam::{ACCOUNT}:user/path/to/ann",
        WORKER,
        PARTNER,
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/session",
        f"arn:aws:sts::{ACCOUNT}:federated-user/ann",
    ],
)
def test_who_can_get_a_grant(grant: Any, key: Key, principal: str) -> None:
    """Accounts, users, roles, sessions and federated users, of any account."""
    grant(GranteePrincipal=principal, RetiringPrincipal=principal)

    (listed,) = key.grants
    assert listed["GranteePrincipal"] == listed["RetiringPrincipal"] == principal


@pytest.mark.parametrize("member", ["GranteePrincipal", "RetiringPrincipal"])
@pytest.mark.parametrize(
    "principal",
    [
        "worker",
        "arn:aws:iam::123:role/worker",
        "arn:aws:iam::123456789012:role/",
        f"arn:aws:iam::{ACCOUNT}:group/admins",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/worker",
        "arn:aws:s3:::bucket",
        "arn:aws-cn:iam::123456789012:role/worker",
    ],
)
def test_who_cannot_get_a_grant(
    client: Any, key: Key, refusal: Any, member: str, principal: str
) -> None:
    """A group, what is no principal, or one of another partition; the text names it."""
    params = {"GranteePrincipal": WORKER, member: principal}

    error = refusal(client.create_grant, KeyId=key.id, Operations=["Encrypt"], **params)

    assert error == ("InvalidArnException", f"ARN does not refer to a valid principal: {principal}")
    assert key.grants == []


def test_a_grant_needs_a_grantee(kms: KmsMock, key: Key, refusal: Any) -> None:
    """Newer models require neither kind of grantee, since it is either."""
    lenient = kms.client(parameter_validation=False)

    error = refusal(lenient.create_grant, KeyId=key.id, Operations=["Encrypt"])

    assert error.code == "ValidationException"


@has_service_principals
def test_a_grant_to_a_service(client: Any, key: Key) -> None:
    """It is bound to a resource, and somebody must be able to retire it."""
    client.create_grant(
        KeyId=key.id,
        GranteeServicePrincipal="ec2.amazonaws.com",
        RetiringServicePrincipal="ec2.amazonaws.com",
        Operations=["Decrypt"],
        Constraints={"SourceArn": INSTANCE},
    )

    (listed,) = key.grants
    assert listed["GranteeServicePrincipal"] == "ec2.amazonaws.com"
    assert listed["RetiringServicePrincipal"] == "ec2.amazonaws.com"
    assert listed["Constraints"] == {"SourceArn": INSTANCE}
    assert "GranteePrincipal" not in listed


@has_service_principals
@pytest.mark.parametrize(
    "params",
    [
        # Both kinds of one role.
        {"GranteePrincipal": WORKER, "RetiringPrincipal": JANITOR},
        {"RetiringPrincipal": JANITOR, "RetiringServicePrincipal": "ec2.amazonaws.com"},
        # No resource.
        {"RetiringPrincipal": JANITOR, "Constraints": {}},
        {
            "RetiringPrincipal": JANITOR,
            "Constraints": {"EncryptionContextEquals": {"tenant": "7"}},
        },
        # Nobody to retire it.
        {},
        # No name of a service, no ARN of a resource: the model's patterns.
        {"RetiringPrincipal": JANITOR, "GranteeServicePrincipal": "ec2"},
        {"RetiringPrincipal": JANITOR, "Constraints": {"SourceArn": "instance/i-0123456789"}},
    ],
    ids=str,
)
def test_what_a_grant_to_a_service_lacks(
    client: Any, key: Key, refusal: Any, params: dict[str, Any]
) -> None:
    """Source: KMS API Reference, CreateGrant, GranteeServicePrincipal."""
    good = {
        "GranteeServicePrincipal": "ec2.amazonaws.com",
        "Constraints": {"SourceArn": INSTANCE},
    }

    error = refusal(client.create_grant, KeyId=key.id, Operations=["Decrypt"], **{**good, **params})

    assert error.code == "ValidationException"
    assert key.grants == []


@has_service_principals
def test_a_role_can_be_bound_to_a_resource_too(grant: Any, kms: KmsMock) -> None:
    """SourceArn is for every grantee and every type of key."""
    signing = kms.create_key(spec="ECC_NIST_P256")

    grant(KeyId=signing.id, Operations=["Sign"], Constraints={"SourceArn": INSTANCE})

    assert signing.grants[0]["Constraints"] == {"SourceArn": INSTANCE}


def test_somebody_else_can_make_a_grant_on_our_key(kms: KmsMock, key: Key) -> None:
    """Named by its ARN; the grant says which account issued it."""
    partner = kms.client(principal=PARTNER)

    partner.create_grant(KeyId=key.arn, GranteePrincipal=PARTNER, Operations=["Encrypt"])

    (listed,) = key.grants
    assert listed["KeyId"] == key.arn
    assert listed["IssuingAccount"] == "arn:aws:iam::210987654321:root"
    assert partner.list_grants(KeyId=key.arn)["Grants"] == [listed]


# For what.

ALL: Final = {"CreateGrant", "RetireGrant", "DescribeKey"}
PAIRS: Final = {"GetPublicKey"}
DATA_KEYS: Final = {
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
}
ENCRYPTION: Final = {"Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"}
# Source: KMS Developer Guide, "Grant operations".
SUITING: Final[dict[tuple[str, str], set[str]]] = {
    ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"): ENCRYPTION | DATA_KEYS,
    ("RSA_2048", "ENCRYPT_DECRYPT"): ENCRYPTION | PAIRS,
    ("RSA_2048", "SIGN_VERIFY"): {"Sign", "Verify"} | PAIRS,
    ("ECC_NIST_P256", "SIGN_VERIFY"): {"Sign", "Verify"} | PAIRS,
    ("ECC_SECG_P256K1", "SIGN_VERIFY"): {"Sign", "Verify"} | PAIRS,
    ("ECC_NIST_P384", "KEY_AGREEMENT"): {"DeriveSharedSecret"} | PAIRS,
    ("HMAC_256", "GENERATE_VERIFY_MAC"): {"GenerateMac", "VerifyMac"},
    ("ML_DSA_44", "SIGN_VERIFY"): {"Sign", "Verify"} | PAIRS,
    ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"): {"Encapsulate", "Decapsulate"} | PAIRS,
}


def grant_operations() -> list[str]:
    shape: Any = shapes_of("CreateGrant").members["Operations"]
    return sorted(shape.member.enum)


@pytest.mark.parametrize(("spec", "usage"), SUITING)
def test_a_grant_permits_what_the_key_can_do(
    client: Any, refusal: Any, spec: str, usage: str
) -> None:
    """Each operation that a grant can name, on each kind of key: granted or refused."""
    known: Any = shapes_of("CreateKey").members["KeySpec"]
    if spec not in known.enum:
        pytest.skip(f"this botocore does not know {spec}")
    try:
        key_id = client.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
    except KmsMockError as missing:
        if "pip install" not in str(missing):
            raise
        pytest.skip(str(missing))
    suiting = SUITING[spec, usage] | ALL

    for operation in grant_operations():
        # CreateGrant cannot be all of it.
        params = {"KeyId": key_id, "GranteePrincipal": WORKER}
        operations = ["DescribeKey", operation]
        if operation in suiting:
            client.create_grant(**params, Operations=operations)
        else:
            error = refusal(client.create_grant, **params, Operations=operations)
            assert error.code == "ValidationException", operation
            assert operation in error.message


def test_a_grant_is_not_only_for_making_grants(
    client: Any, key: Key, grant: Any, refusal: Any
) -> None:
    """Of the operations granted at least one does something else."""
    only = {"KeyId": key.id, "GranteePrincipal": WORKER, "Operations": ["CreateGrant"]}

    assert refusal(client.create_grant, **only) == (
        "ValidationException",
        "Grants must not contain only the CreateGrant operation.",
    )
    grant(Operations=["CreateGrant", "RetireGrant"])


@pytest.mark.parametrize("operations", [[], ["Shred"], ["encrypt"], ["kms:Encrypt"]], ids=str)
def test_what_no_grant_can_permit(
    client: Any, key: Key, refusal: Any, operations: list[str]
) -> None:
    """Nothing, something unknown, or an IAM action in place of an operation."""
    error = refusal(
        client.create_grant, KeyId=key.id, GranteePrincipal=WORKER, Operations=operations
    )

    assert error.code == "ValidationException"


@pytest.mark.parametrize("operation", ["ScheduleKeyDeletion", "ReEncrypt", "ListGrants"])
def test_management_cannot_be_granted(client: Any, key: Key, refusal: Any, operation: str) -> None:
    """The text lists what can be."""
    error = refusal(
        client.create_grant, KeyId=key.id, GranteePrincipal=WORKER, Operations=[operation]
    )

    assert error.code == "ValidationException"
    assert f"Value '[{operation}]' at 'operations'" in error.message
    assert "ReEncryptFrom" in error.message


# Under which constraints.


@pytest.mark.parametrize("kind", ["EncryptionContextEquals", "EncryptionContextSubset"])
def test_a_constraint_has_up_to_eight_pairs(
    client: Any, grant: Any, key: Key, refusal: Any, kind: str
) -> None:
    """Of up to 384 characters a value."""
    pairs = {f"name-{number}": "x" * 384 for number in range(8)}
    grant(Constraints={kind: pairs})

    params: dict[str, Any] = {
        "KeyId": key.id,
        "GranteePrincipal": WORKER,
        "Operations": ["Encrypt"],
    }
    for bad in ({**pairs, "one-more": "x"}, {"name": "x" * 385}):
        error = refusal(client.create_grant, **params, Constraints={kind: bad})
        assert error.code == "ValidationException"
    assert key.grants[0]["Constraints"] == {kind: pairs}


@pytest.mark.parametrize("equals", [{"tenant": "7"}, {}])
@pytest.mark.parametrize("subset", [{"tenant": "7"}, {}])
def test_a_grant_has_one_context_constraint(
    client: Any, key: Key, refusal: Any, equals: dict[str, str], subset: dict[str, str]
) -> None:
    """As reported: also where one of the two is empty. The source may stand beside it."""
    error = refusal(
        client.create_grant,
        KeyId=key.id,
        GranteePrincipal=WORKER,
        Operations=["Encrypt"],
        Constraints={"EncryptionContextEquals": equals, "EncryptionContextSubset": subset},
    )

    assert error == ("ValidationException", "More than one constraint supplied")


@pytest.mark.parametrize(
    ("spec", "operation"), [("RSA_2048", "Encrypt"), ("HMAC_256", "GenerateMac")]
)
def test_a_context_is_for_symmetric_encryption(
    client: Any, kms: KmsMock, refusal: Any, spec: KeySpecName, operation: str
) -> None:
    """Other keys have no encryption context, so that no request could meet it."""
    other = kms.create_key(spec=spec, usage="ENCRYPT_DECRYPT" if spec == "RSA_2048" else None)

    error = refusal(
        client.create_grant,
        KeyId=other.id,
        GranteePrincipal=WORKER,
        Operations=[operation],
        Constraints={"EncryptionContextEquals": {"tenant": "7"}},
    )

    assert error.code == "ValidationException"


def test_a_context_does_not_mind_operations_without_one(grant: Any, key: Key) -> None:
    """DescribeKey and RetireGrant may be in such a grant; the context is not theirs."""
    grant(
        Operations=["Decrypt", "DescribeKey", "RetireGrant"],
        Constraints={"EncryptionContextSubset": {"tenant": "7"}},
    )

    assert key.grants[0]["Operations"] == ["Decrypt", "DescribeKey", "RetireGrant"]


# On which key.


@pytest.mark.parametrize("key_id", ["alias/app", "arn:aws:kms:us-east-1:123456789012:alias/app"])
def test_a_grant_is_on_a_key_not_on_an_alias(
    kms: KmsMock, client: Any, refusal: Any, key_id: str
) -> None:
    """CreateGrant, ListGrants, RevokeGrant and RetireGrant take a key ID or a key ARN."""
    kms.create_key(alias="alias/app")
    refused = ("InvalidArnException", "Key Aliases are not supported for this operation.")

    calls: list[tuple[Any, dict[str, Any]]] = [
        (client.create_grant, {"GranteePrincipal": WORKER, "Operations": ["Encrypt"]}),
        (client.list_grants, {}),
        (client.revoke_grant, {"GrantId": "a1" * 32}),
        (client.retire_grant, {"GrantId": "a1" * 32}),
    ]

    for method, params in calls:
        assert refusal(method, KeyId=key_id, **params) == refused


def test_related_keys_have_grants_of_their_own(kms: KmsMock, grant: Any) -> None:
    """A multi-Region key's grants are not shared with its replicas."""
    primary = kms.create_key(multi_region=True)
    grant(KeyId=primary.id)

    kms.client().replicate_key(KeyId=primary.id, ReplicaRegion="eu-west-1")

    abroad = kms.client("eu-west-1")
    assert abroad.list_grants(KeyId=primary.id)["Grants"] == []
    abroad.create_grant(KeyId=primary.id, GranteePrincipal=WORKER, Operations=["Decrypt"])
    assert [each["Operations"] for each in primary.grants] == [["Encrypt"]]


def test_what_an_inner_mock_does_to_grants_stays_there(pytester: pytest.Pytester) -> None:
    """A `kms` that starts as a copy of `kms_module` gets its grants, and keeps its own."""
    pytester.makepyfile("""
        import pytest

        WORKER = "arn:aws:iam::123456789012:role/worker"

        @pytest.fixture(scope="module")
        def key(kms_module):
            key = kms_module.create_key()
            grant(kms_module, key)
            return key

        def grant(kms, key):
            return kms.client().create_grant(
                KeyId=key.id, GranteePrincipal=WORKER, RetiringPrincipal=WORKER,
                Operations=["Encrypt"], Name="nightly",
            )

        def test_first(key, kms):
            made = grant(kms, key)
            assert [each["GrantId"] for each in key.grants] == [made["GrantId"]]
            kms.client().retire_grant(GrantToken=made["GrantToken"])
            assert key.grants == []

        def test_second(key, kms):
            assert len(key.grants) == 1
            listed = kms.client().list_retirable_grants(RetiringPrincipal=WORKER)["Grants"]
            assert listed == key.grants
    """)

    result = pytester.runpytest("-p", "no:randomly", "-p", "no:asyncio")

    result.assert_outcomes(passed=2)

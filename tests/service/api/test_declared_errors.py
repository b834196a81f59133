"""
Each error that the model of KMS declares, and what an application did to get it.

The errors of custom key stores are in tests/service/operations/key_stores, those of nobody's doing
at the end. A newer botocore that declares another error asks for a test here.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock
from pytest_kmsmock.crypto import wrapping
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.api.shapes import declared_errors, service_model

KEY_STORE_FAMILY: Final = ("CloudHsm*", "CustomKeyStore*", "IncorrectTrustAnchor*", "Xks*")
# Code, and the HTTP status of a server's fault.
FAULTS: Final = {
    "KMSInternalException": 500,
    "DependencyTimeoutException": 503,
    "KeyUnavailableException": 500,
}
WORKER: Final = "arn:aws:iam::123456789012:role/worker"
SIGNING: Final[dict[str, Any]] = {"spec": "ECC_NIST_P256", "usage": "SIGN_VERIFY"}

Provocation = Callable[[KmsMock, Any], object]
PROVOCATIONS: Final[dict[str, Provocation]] = {}


def provokes(code: str) -> Callable[[Provocation], Provocation]:
    def note(provocation: Provocation) -> Provocation:
        PROVOCATIONS[code] = provocation
        return provocation

    return note


@provokes("AlreadyExistsException")
def an_alias_for_two_keys(kms: KmsMock, client: Any) -> None:
    """An alias has one key; UpdateAlias would redirect it."""
    kms.create_key(alias="alias/app")
    client.create_alias(AliasName="alias/app", TargetKeyId=kms.create_key().id)


@provokes("ConflictException")
def rotating_just_before_it_would_rotate_anyway(kms: KmsMock, client: Any) -> None:
    """Within 20 minutes of the automatic rotation."""
    key = kms.create_key()
    client.enable_key_rotation(KeyId=key.id, RotationPeriodInDays=90)
    kms.clock.advance(days=89, hours=23, minutes=50)
    client.rotate_key_on_demand(KeyId=key.id)


@provokes("DisabledException")
def encrypting_under_a_disabled_key(kms: KmsMock, client: Any) -> None:
    """Its owner has switched it off."""
    client.encrypt(KeyId=kms.create_key(state="Disabled").id, Plaintext=b"passport scan")


@provokes("DryRunOperationException")
def only_asking_whether_it_would_work(kms: KmsMock, client: Any) -> None:
    """It would."""
    client.encrypt(KeyId=kms.create_key().id, Plaintext=b"x", DryRun=True)


@provokes("ExpiredImportTokenException")
def importing_two_days_after_preparing_it(kms: KmsMock, client: Any) -> None:
    """A token is good for 24 hours."""
    params = prepared(kms, client, bytes(32))
    kms.clock.advance(days=2)
    client.import_key_material(**params)


@provokes("IncorrectKeyException")
def decrypting_with_the_wrong_key(kms: KmsMock, client: Any) -> None:
    """KeyId says which key must have made the ciphertext."""
    blob = kms.create_key().encrypt(b"secret")
    client.decrypt(CiphertextBlob=blob, KeyId=kms.create_key().id)


@provokes("IncorrectKeyMaterialException")
def importing_other_bytes_than_before(kms: KmsMock, client: Any) -> None:
    """A key that has lost its material takes the same again."""
    params = prepared(kms, client, bytes(32))
    client.import_key_material(**params)
    client.delete_imported_key_material(KeyId=params["KeyId"])
    client.import_key_material(**prepared(kms, client, bytes(range(32)), key_id=params["KeyId"]))


@provokes("InvalidAliasNameException")
def an_alias_as_of_aws(kms: KmsMock, client: Any) -> None:
    """`alias/aws/…` is for AWS managed keys."""
    client.create_alias(AliasName="alias/aws/app", TargetKeyId=kms.create_key().id)


@provokes("InvalidArnException")
def disabling_a_key_by_its_alias(kms: KmsMock, client: Any) -> None:
    """Management needs a key ID or a key ARN."""
    kms.create_key(alias="alias/app")
    client.disable_key(KeyId="alias/app")


@provokes("InvalidCiphertextException")
def decrypting_with_another_context(kms: KmsMock, client: Any) -> None:
    """The encryption context is part of what is authenticated."""
    blob = kms.create_key().encrypt(b"secret", {"tenant": "42"})
    client.decrypt(CiphertextBlob=blob, EncryptionContext={"tenant": "7"})


@provokes("InvalidGrantIdException")
def revoking_a_grant_by_its_name(kms: KmsMock, client: Any) -> None:
    """It is named by its ID, 64 hex digits."""
    client.revoke_grant(KeyId=kms.create_key().id, GrantId="nightly")


@provokes("InvalidGrantTokenException")
def using_a_grant_id_as_a_token(kms: KmsMock, client: Any) -> None:
    """CreateGrant returns both; they are not the same."""
    key = kms.create_key()
    made = client.create_grant(KeyId=key.id, GranteePrincipal=WORKER, Operations=["Encrypt"])
    client.encrypt(KeyId=key.id, Plaintext=b"x", GrantTokens=[made["GrantId"]])


@provokes("InvalidImportTokenException")
def importing_with_another_keys_token(kms: KmsMock, client: Any) -> None:
    """A token is for one key."""
    other = kms.create_key(origin="EXTERNAL")
    client.import_key_material(**{**prepared(kms, client, bytes(32)), "KeyId": other.id})


@provokes("InvalidKeyUsageException")
def encrypting_with_a_signing_key(kms: KmsMock, client: Any) -> None:
    """A key has one usage for life."""
    client.encrypt(KeyId=kms.create_key(**SIGNING).id, Plaintext=b"x")


@provokes("InvalidMarkerException")
def going_on_with_another_list(kms: KmsMock, client: Any) -> None:
    """A marker is good for the list that gave it out."""
    for _ in range(2):
        kms.create_key()
    client.list_aliases(Marker=client.list_keys(Limit=1)["NextMarker"])


@provokes("KMSInvalidMacException")
def verifying_the_mac_of_something_else(kms: KmsMock, client: Any) -> None:
    """VerifyMac never says false."""
    made = {"KeyId": kms.create_key(spec="HMAC_256").id, "MacAlgorithm": "HMAC_SHA_256"}
    mac = client.generate_mac(**made, Message=b"pay 1")["Mac"]
    client.verify_mac(**made, Message=b"pay 1000", Mac=mac)


@provokes("KMSInvalidSignatureException")
def verifying_the_signature_of_something_else(kms: KmsMock, client: Any) -> None:
    """Verify never says false either."""
    key = kms.create_key(**SIGNING)
    client.verify(
        KeyId=key.id,
        Message=b"pay 1000",
        Signature=key.sign(b"pay 1"),
        SigningAlgorithm="ECDSA_SHA_256",
    )


@provokes("KMSInvalidStateException")
def encrypting_under_a_key_that_will_be_deleted(kms: KmsMock, client: Any) -> None:
    """CancelKeyDeletion would save it."""
    client.encrypt(KeyId=kms.create_key(state="PendingDeletion").id, Plaintext=b"x")


@provokes("LimitExceededException")
def a_grant_too_many(kms: KmsMock, client: Any) -> None:
    """A test sets how many there can be."""
    kms.quotas.grants_per_key = 1
    key = kms.create_key()
    for _ in range(2):
        client.create_grant(KeyId=key.id, GranteePrincipal=WORKER, Operations=["Encrypt"])


@provokes("MalformedPolicyDocumentException")
def a_policy_that_is_no_policy(kms: KmsMock, client: Any) -> None:
    """It must be JSON, with statements."""
    client.put_key_policy(KeyId=kms.create_key().id, Policy="allow everything")


@provokes("NotFoundException")
def describing_what_is_not_there(kms: KmsMock, client: Any) -> None:
    """A key of another Region is not there either."""
    client.describe_key(KeyId="alias/app")


@provokes("TagException")
def a_tag_as_of_aws(kms: KmsMock, client: Any) -> None:
    """Names that begin with `aws:` are AWS's."""
    tags = [{"TagKey": "aws:owner", "TagValue": "me"}]
    client.tag_resource(KeyId=kms.create_key().id, Tags=tags)


@provokes("UnsupportedOperationException")
def the_public_key_of_a_symmetric_one(kms: KmsMock, client: Any) -> None:
    """It has none."""
    client.get_public_key(KeyId=kms.create_key().id)


def prepared(
    kms: KmsMock, client: Any, material: bytes, *, key_id: str | None = None
) -> dict[str, Any]:
    """Return a request that imports *material* into that key, or a new one."""
    key_id = key_id or kms.create_key(origin="EXTERNAL").id
    algorithm = "RSAES_OAEP_SHA_256"
    wanted = client.get_parameters_for_import(
        KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec="RSA_2048"
    )
    return {
        "KeyId": key_id,
        "ImportToken": wanted["ImportToken"],
        "EncryptedKeyMaterial": wrapping.wrap(wanted["PublicKey"], algorithm, material, SYSTEM),
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }


def test_every_declared_error_is_provoked() -> None:
    """Those of custom key stores and the faults aside."""
    of_key_stores = {
        code
        for code in declared_errors()
        if any(fnmatch.fnmatchcase(code, pattern) for pattern in KEY_STORE_FAMILY)
    }

    missing = declared_errors() - of_key_stores - FAULTS.keys() - PROVOCATIONS.keys()

    assert missing == set()


@pytest.mark.parametrize("code", PROVOCATIONS)
def test_an_application_meets_it(kms: KmsMock, code: str) -> None:
    """As the exception of that name of the client, with status 400, declared by the operation."""
    client = kms.client()
    if code not in declared_errors():
        pytest.skip("this botocore does not declare it")

    with pytest.raises(getattr(client.exceptions, code)) as caught:
        PROVOCATIONS[code](kms, client)

    error: Any = caught.value
    assert error.response["Error"]["Code"] == code
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    # What the model declares, botocore shows by its members too.
    assert error.response.get("message", "") == error.response["Error"]["Message"]
    operation = service_model().operation_model(error.operation_name)
    assert code in {shape.name for shape in operation.error_shapes}
    (last,) = kms.calls(error.operation_name)[-1:]
    assert last.error is not None
    assert last.error.code == code


# The faults: nothing that an application does brings them about.


@pytest.mark.parametrize(("code", "status"), FAULTS.items())
def test_a_fault_comes_when_the_test_says_so(kms: KmsMock, code: str, status: int) -> None:
    """With the status of a server's fault, so that botocore tries again."""
    key, client = kms.create_key(), kms.client()
    kms.fail("Encrypt", code, times=None)

    with pytest.raises(getattr(client.exceptions, code)) as caught:
        client.encrypt(KeyId=key.id, Plaintext=b"x")

    error: Any = caught.value
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert error.response["ResponseMetadata"]["RetryAttempts"] > 0


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_over_after_its_time(kms: KmsMock, code: str) -> None:
    """The next attempt succeeds, and the application never knows."""
    key, client = kms.create_key(), kms.client()
    kms.fail("Encrypt", code, times=1)

    made = client.encrypt(KeyId=key.id, Plaintext=b"x")

    assert made["ResponseMetadata"]["RetryAttempts"] == 1


@pytest.mark.parametrize("code", FAULTS)
def test_an_operation_that_does_not_declare_a_fault_cannot_be_told_to(
    kms: KmsMock, code: str
) -> None:
    """`kms.fail` knows the model; KeyUnavailable is of cryptographic operations."""
    declaring = {
        name
        for name in service_model().operation_names
        if code in {s.name for s in service_model().operation_model(name).error_shapes}
    }

    assert ("Encrypt" in declaring) is True
    if "DescribeKey" not in declaring:
        with pytest.raises(Exception, match=code):
            kms.fail("DescribeKey", code)


def test_an_error_outside_the_model_is_a_plain_client_error(kms: KmsMock) -> None:
    """AccessDenied, Validation and Throttling are declared by no operation."""
    client = kms.client()

    with pytest.raises(ClientError) as caught:
        client.generate_random()

    assert type(caught.value) is ClientError
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert "message" not in caught.value.response

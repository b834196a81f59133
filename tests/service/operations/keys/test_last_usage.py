"""GetKeyLastUsage: the last successful cryptographic operation of each key."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pytest_kmsmock import Key, KmsMock, KmsMockError
from pytest_kmsmock.service.api.shapes import service_model
from pytest_kmsmock.service.operations.table import OPERATIONS

pytestmark = pytest.mark.skipif(
    "GetKeyLastUsage" not in service_model().operation_names,
    reason="this botocore has no GetKeyLastUsage",
)

KEY_ID: Final = "1234abcd-12ab-34cd-56ef-1234567890ab"
PEER: Final = (
    ec.generate_private_key(ec.SECP256R1())
    .public_key()
    .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
)


def last(client: Any, key: Key) -> dict[str, Any]:
    usage: dict[str, Any] = client.get_key_last_usage(KeyId=key.id)["KeyLastUsage"]
    return usage


def test_a_key_that_was_never_used(kms: KmsMock, client: Any, key: Key) -> None:
    """The data are empty; tracking began when the key was made. The ID is the bare one."""
    response = client.get_key_last_usage(KeyId=key.id)

    del response["ResponseMetadata"]
    created = key.metadata["CreationDate"]
    assert response == {
        "KeyId": key.id,
        "KeyLastUsage": {},
        "TrackingStartDate": created,
        "KeyCreationDate": created,
    }


def test_the_last_use_is_told(kms: KmsMock, client: Any, key: Key) -> None:
    """What, when, and by which request."""
    client.encrypt(KeyId=key.id, Plaintext=b"x")
    kms.clock.advance(days=40)
    made = client.generate_data_key(KeyId=key.id, KeySpec="AES_256")

    usage = last(client, key)

    assert usage.keys() == {"Operation", "Timestamp", "CloudTrailEventId", "KmsRequestId"}
    assert usage["Operation"] == "GenerateDataKey"
    assert usage["KmsRequestId"] == made["ResponseMetadata"]["RequestId"]
    assert usage["CloudTrailEventId"] != usage["KmsRequestId"]
    assert str(uuid.UUID(usage["CloudTrailEventId"])) == usage["CloudTrailEventId"]
    assert last(client, key) == usage
    assert abs((usage["Timestamp"] - kms.clock.now).total_seconds()) < 60


def encrypting(client: Any, key: Key) -> None:
    client.encrypt(KeyId=key.id, Plaintext=b"x")


def decrypting(client: Any, key: Key) -> None:
    client.decrypt(CiphertextBlob=key.encrypt(b"x"))


def re_encrypting(client: Any, key: Key) -> None:
    client.re_encrypt(CiphertextBlob=key.encrypt(b"x"), DestinationKeyId=key.id)


def making_a_pair(client: Any, key: Key) -> None:
    client.generate_data_key_pair(KeyId=key.id, KeyPairSpec="ECC_NIST_P256")


def making_a_sealed_pair(client: Any, key: Key) -> None:
    client.generate_data_key_pair_without_plaintext(KeyId=key.id, KeyPairSpec="ECC_NIST_P256")


def signing(client: Any, key: Key) -> None:
    client.sign(KeyId=key.id, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")


def verifying(client: Any, key: Key) -> None:
    client.verify(
        KeyId=key.id,
        Message=b"x",
        Signature=key.sign(b"x"),
        SigningAlgorithm="ECDSA_SHA_256",
    )


def making_a_mac(client: Any, key: Key) -> None:
    client.generate_mac(KeyId=key.id, Message=b"x", MacAlgorithm="HMAC_SHA_256")


def verifying_a_mac(client: Any, key: Key) -> None:
    made = {"KeyId": key.id, "Message": b"x", "MacAlgorithm": "HMAC_SHA_256"}
    client.verify_mac(**made, Mac=client.generate_mac(**made)["Mac"])


def agreeing(client: Any, key: Key) -> None:
    client.derive_shared_secret(KeyId=key.id, KeyAgreementAlgorithm="ECDH", PublicKey=PEER)


def encapsulating(client: Any, key: Key) -> None:
    client.encapsulate(KeyId=key.id, EncapsulationAlgorithm="ML_KEM")


def decapsulating(client: Any, key: Key) -> None:
    made = client.encapsulate(KeyId=key.id, EncapsulationAlgorithm="ML_KEM")
    client.decapsulate(
        KeyId=key.id,
        EncapsulationAlgorithm="ML_KEM",
        SharedSecretCiphertextBlob=made["SharedSecretCiphertextBlob"],
    )


SIGNING: Final[dict[str, Any]] = {"spec": "ECC_NIST_P256", "usage": "SIGN_VERIFY"}
USES: Final[dict[str, tuple[dict[str, Any], Callable[[Any, Key], object]]]] = {
    "Encrypt": ({}, encrypting),
    "Decrypt": ({}, decrypting),
    "ReEncrypt": ({}, re_encrypting),
    "GenerateDataKey": (
        {},
        lambda client, key: client.generate_data_key(KeyId=key.id, KeySpec="AES_256"),
    ),
    "GenerateDataKeyWithoutPlaintext": (
        {},
        lambda client, key: client.generate_data_key_without_plaintext(
            KeyId=key.id, NumberOfBytes=7
        ),
    ),
    "GenerateDataKeyPair": ({}, making_a_pair),
    "GenerateDataKeyPairWithoutPlaintext": ({}, making_a_sealed_pair),
    "Sign": (SIGNING, signing),
    "Verify": (SIGNING, verifying),
    "GenerateMac": ({"spec": "HMAC_256"}, making_a_mac),
    "VerifyMac": ({"spec": "HMAC_256"}, verifying_a_mac),
    "DeriveSharedSecret": ({"spec": "ECC_NIST_P256", "usage": "KEY_AGREEMENT"}, agreeing),
    "Encapsulate": ({"spec": "ML_KEM_768"}, encapsulating),
    "Decapsulate": ({"spec": "ML_KEM_768"}, decapsulating),
}


def tracked() -> list[str]:
    """Return what the installed botocore says that KMS keeps track of."""
    shape: Any = service_model().shape_for("KeyLastUsageTrackingOperation")
    return list(shape.enum)


def test_every_tracked_operation_is_tried() -> None:
    """A newer botocore that tracks more asks for more here, and in the table of operations."""
    assert set(tracked()) <= USES.keys()
    assert {name for name, each in OPERATIONS.items() if each.is_usage} == USES.keys()


@pytest.mark.parametrize("operation", USES)
def test_every_cryptographic_operation_is_a_use(kms: KmsMock, client: Any, operation: str) -> None:
    """Source: KMS API Reference, KeyLastUsageData."""
    if operation not in tracked():
        pytest.skip("this botocore does not track it")
    options, use = USES[operation]
    key = kms.create_key(**options)
    try:
        use(client, key)
    except KmsMockError as missing:
        if "pip install" not in str(missing):
            raise
        pytest.skip(str(missing))

    assert last(client, key)["Operation"] == operation


def test_management_is_no_use(kms: KmsMock, client: Any, key: Key) -> None:
    """Nor is reading a public key, or randomness."""
    pair = kms.create_key(**SIGNING)

    client.describe_key(KeyId=key.id)
    client.enable_key_rotation(KeyId=key.id)
    client.rotate_key_on_demand(KeyId=key.id)
    client.disable_key(KeyId=key.id)
    client.get_key_last_usage(KeyId=key.id)
    client.get_public_key(KeyId=pair.id)
    client.generate_random(NumberOfBytes=1)

    assert last(client, key) == last(client, pair) == {}


def test_a_refused_operation_is_no_use(kms: KmsMock, client: Any, key: Key) -> None:
    """Only what succeeds counts: no dry run, no wrong context, no disabled key."""
    signer = kms.create_key(**SIGNING)
    client.generate_data_key(KeyId=key.id, KeySpec="AES_256")
    blob = key.encrypt(b"x")

    with pytest.raises(ClientError):
        client.encrypt(KeyId=key.id, Plaintext=b"x", DryRun=True)
    with pytest.raises(ClientError):
        client.decrypt(CiphertextBlob=blob, EncryptionContext={"tenant": "7"})
    with pytest.raises(ClientError):
        client.verify(
            KeyId=signer.id, Message=b"x", Signature=b"x", SigningAlgorithm="ECDSA_SHA_256"
        )
    key.disable()
    with pytest.raises(ClientError):
        client.encrypt(KeyId=key.id, Plaintext=b"x")

    assert last(client, key)["Operation"] == "GenerateDataKey"
    assert last(client, signer) == {}


def test_a_failed_attempt_is_no_use(kms: KmsMock, client: Any, key: Key) -> None:
    """The last attempt is; it counts once, by its own request ID."""
    kms.throttle("Encrypt", times=1)

    made = client.encrypt(KeyId=key.id, Plaintext=b"x")

    assert made["ResponseMetadata"]["RetryAttempts"] == 1
    assert last(client, key)["KmsRequestId"] == made["ResponseMetadata"]["RequestId"]


def test_re_encrypt_uses_both_keys(kms: KmsMock, client: Any, key: Key) -> None:
    """Each has a record of the same request."""
    source = kms.create_key()
    blob = source.encrypt(b"x")

    made = client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key.id)

    for each in (source, key):
        assert last(client, each)["Operation"] == "ReEncrypt"
        assert last(client, each)["KmsRequestId"] == made["ResponseMetadata"]["RequestId"]


def test_another_accounts_use_counts(kms: KmsMock, client: Any, key: Key) -> None:
    """The owner sees it; the other account cannot ask."""
    partner = kms.client(principal="arn:aws:iam::210987654321:role/partner")
    partner.encrypt(KeyId=key.arn, Plaintext=b"x")

    assert last(client, key)["Operation"] == "Encrypt"
    with pytest.raises(ClientError, match="AccessDeniedException"):
        partner.get_key_last_usage(KeyId=key.arn)


def test_each_related_key_has_its_own(kms: KmsMock, client: Any) -> None:
    """A replica's use is not the primary's."""
    primary = kms.create_key(multi_region=True)
    client.replicate_key(KeyId=primary.id, ReplicaRegion="eu-west-1")
    abroad = kms.client("eu-west-1")

    abroad.encrypt(KeyId=primary.id, Plaintext=b"x")

    assert last(client, primary) == {}
    assert last(abroad, primary)["Operation"] == "Encrypt"


def test_it_goes_with_the_key(kms: KmsMock, client: Any) -> None:
    """A new key of the same ID has none, whoever deleted the former."""
    for is_due in (True, False):
        key = kms.create_key(key_id=KEY_ID)
        client.encrypt(KeyId=key.id, Plaintext=b"x")
        if is_due:
            key.schedule_deletion(days=7)
            kms.clock.advance(days=7)
        else:
            key.delete()

        again = kms.create_key(key_id=KEY_ID)

        assert last(client, again) == {}
        client.generate_data_key(KeyId=again.id, KeySpec="AES_256")
        assert last(client, again)["Operation"] == "GenerateDataKey"
        again.delete()


def test_the_same_id_elsewhere_is_another_key(kms: KmsMock, client: Any) -> None:
    """In another account, and in another Region."""
    key = kms.create_key(key_id=KEY_ID)
    others = [
        kms.create_key(key_id=KEY_ID, account="210987654321"),
        kms.create_key(key_id=KEY_ID, region="eu-west-1"),
    ]

    client.encrypt(KeyId=KEY_ID, Plaintext=b"x")

    assert last(client, key)["Operation"] == "Encrypt"
    clients = (
        kms.client(principal="arn:aws:iam::210987654321:root"),
        kms.client("eu-west-1"),
    )
    for each, other in zip(clients, others, strict=True):
        assert last(each, other) == {}
        other.delete()
    assert last(client, key)["Operation"] == "Encrypt"


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_it_is_asked_before_a_deletion(kms: KmsMock, client: Any, key: Key, state: str) -> None:
    """In every key state."""
    client.encrypt(KeyId=key.id, Plaintext=b"x")
    key.disable() if state == "Disabled" else key.schedule_deletion()

    assert last(client, key)["Operation"] == "Encrypt"
    assert last(client, kms.create_key(origin="EXTERNAL")) == {}


def test_aliases_are_not_taken(kms: KmsMock, client: Any) -> None:
    """A key ID or a key ARN."""
    key = kms.create_key(alias="alias/app")

    assert client.get_key_last_usage(KeyId=key.arn)["KeyId"] == key.id
    with pytest.raises(client.exceptions.InvalidArnException):
        client.get_key_last_usage(KeyId="alias/app")
    with pytest.raises(client.exceptions.NotFoundException):
        client.get_key_last_usage(KeyId="1234abcd-12ab-34cd-56ef-1234567890ab")


def test_what_a_test_does_by_the_handle_is_no_use(client: Any, key: Key) -> None:
    """So that the record is the application's."""
    key.decrypt(key.encrypt(b"x"))

    assert last(client, key) == {}


@pytest.mark.kms(transport="wire")
def test_over_the_wire_it_is_the_same(kms: KmsMock) -> None:
    """The request ID is that of the response."""
    key, client = kms.create_key(), kms.client()

    made = client.encrypt(KeyId=key.id, Plaintext=b"x")

    assert last(client, key)["KmsRequestId"] == made["ResponseMetadata"]["RequestId"]


def test_an_inner_mock_keeps_its_own(pytester: pytest.Pytester, no_other_plugins: None) -> None:
    """What a test does does not show in the next one."""
    pytester.makepyfile("""
        import pytest

        @pytest.fixture(scope="module")
        def key(kms_module):
            key = kms_module.create_key()
            kms_module.client().encrypt(KeyId=key.id, Plaintext=b"x")
            return key

        @pytest.mark.parametrize("number", [1, 2])
        def test_use(kms, key, number):
            client = kms.client()
            usage = client.get_key_last_usage(KeyId=key.id)["KeyLastUsage"]
            assert usage["Operation"] == "Encrypt"
            client.generate_data_key(KeyId=key.id, KeySpec="AES_256")
    """)

    pytester.runpytest("-p", "pytest_kmsmock.plugin").assert_outcomes(passed=2)

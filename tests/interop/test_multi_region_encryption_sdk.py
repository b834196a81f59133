"""The AWS Encryption SDK's multi-Region keys, in two Regions: providers and keyrings."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import Key, KmsMock

sdk = pytest.importorskip("aws_encryption_sdk")
providers = pytest.importorskip("aws_encryption_sdk.key_providers.kms")
identifiers = pytest.importorskip("aws_encryption_sdk.identifiers")

# The SDK's own parts use what Python and botocore deprecate.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

EAST, WEST = "us-east-1", "us-west-2"
CONTEXT = {"tenant": "42"}


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's, for the clients that the SDK makes itself."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@pytest.fixture
def pair(kms: KmsMock, client: Any, credentials: None) -> tuple[Key, Key]:
    """A primary key in us-east-1 and its replica in us-west-2."""
    primary = kms.create_key(multi_region=True, region=EAST)
    client.replicate_key(KeyId=primary.id, ReplicaRegion=WEST)
    kms.calls.clear()
    return primary, kms.key(primary.arn.replace(EAST, WEST))


def encryption_client() -> Any:
    return sdk.EncryptionSDKClient(
        commitment_policy=identifiers.CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
    )


def test_provider_decrypts_with_the_related_key(kms: KmsMock, pair: tuple[Key, Key]) -> None:
    """Encrypted under the primary, decrypted in the other Region, where the replica is."""
    primary, replica = pair
    here = providers.MRKAwareStrictAwsKmsMasterKeyProvider(key_ids=[primary.arn])
    there = providers.MRKAwareStrictAwsKmsMasterKeyProvider(key_ids=[replica.arn])

    message, _ = encryption_client().encrypt(
        source=b"secret", key_provider=here, encryption_context=CONTEXT
    )
    plaintext, _ = encryption_client().decrypt(source=message, key_provider=there)

    assert plaintext == b"secret"
    kms.calls.assert_called_once("GenerateDataKey", key=primary)
    kms.calls.assert_called_once("Decrypt", key=replica)


def test_discovery_finds_the_replica_at_home(kms: KmsMock, pair: tuple[Key, Key]) -> None:
    """A discovering provider of the replica's Region asks the replica, by its own ARN."""
    primary, replica = pair
    here = providers.MRKAwareStrictAwsKmsMasterKeyProvider(key_ids=[primary.arn])
    there = providers.MRKAwareDiscoveryAwsKmsMasterKeyProvider(discovery_region=WEST)

    message, _ = encryption_client().encrypt(source=b"secret", key_provider=here)
    plaintext, _ = encryption_client().decrypt(source=message, key_provider=there)

    assert plaintext == b"secret"
    [call] = kms.calls("Decrypt")
    assert (call.region, call.params["KeyId"]) == (WEST, replica.arn)


def test_message_outlives_its_primary_key(kms: KmsMock, pair: tuple[Key, Key]) -> None:
    """Rotated, handed on and disabled at home, the key still opens it in the other Region."""
    primary, replica = pair
    here = providers.MRKAwareStrictAwsKmsMasterKeyProvider(key_ids=[primary.arn])
    there = providers.MRKAwareStrictAwsKmsMasterKeyProvider(key_ids=[replica.arn])
    message, _ = encryption_client().encrypt(source=b"secret", key_provider=here)
    primary.rotate()
    kms.client(EAST).update_primary_region(KeyId=primary.id, PrimaryRegion=WEST)
    primary.disable()

    plaintext, _ = encryption_client().decrypt(source=message, key_provider=there)

    assert plaintext == b"secret"


def test_single_region_key_is_asked_at_home(kms: KmsMock, credentials: None) -> None:
    """Only a multi-Region key has related keys; any other is asked in its own Region."""
    key = kms.create_key(region=EAST)
    here = providers.MRKAwareStrictAwsKmsMasterKeyProvider(key_ids=[key.arn])
    there = providers.MRKAwareDiscoveryAwsKmsMasterKeyProvider(discovery_region=WEST)
    message, _ = encryption_client().encrypt(source=b"secret", key_provider=here)

    plaintext, _ = encryption_client().decrypt(source=message, key_provider=there)

    assert plaintext == b"secret"
    [call] = kms.calls("Decrypt")
    assert (call.region, call.params["KeyId"]) == (EAST, key.arn)


@pytest.fixture
def keyrings() -> Any:
    """The material providers library, and its models."""
    library = pytest.importorskip("aws_cryptographic_material_providers.mpl")
    config = pytest.importorskip("aws_cryptographic_material_providers.mpl.config")
    models = pytest.importorskip("aws_cryptographic_material_providers.mpl.models")
    made = library.AwsCryptographicMaterialProviders(config=config.MaterialProvidersConfig())
    return made, models


def test_keyring_decrypts_with_the_related_key(
    kms: KmsMock, pair: tuple[Key, Key], keyrings: Any
) -> None:
    """The multi-Region keyrings of the two Regions read each other's messages."""
    made, models = keyrings
    here, there = (
        made.create_aws_kms_mrk_keyring(
            input=models.CreateAwsKmsMrkKeyringInput(
                kms_key_id=key.arn, kms_client=kms.client(region)
            )
        )
        for key, region in zip(pair, (EAST, WEST), strict=True)
    )

    for one, other in ((here, there), (there, here)):
        message, _ = encryption_client().encrypt(
            source=b"secret", keyring=one, encryption_context=CONTEXT
        )
        plaintext, _ = encryption_client().decrypt(
            source=message, keyring=other, encryption_context=CONTEXT
        )
        assert plaintext == b"secret"

    assert [call.region for call in kms.calls("Decrypt")] == [WEST, EAST]


def test_discovery_keyring_finds_the_replica(
    kms: KmsMock, pair: tuple[Key, Key], keyrings: Any
) -> None:
    """By the Region that it is made for."""
    made, models = keyrings
    primary, replica = pair
    here = made.create_aws_kms_mrk_keyring(
        input=models.CreateAwsKmsMrkKeyringInput(
            kms_key_id=primary.arn, kms_client=kms.client(EAST)
        )
    )
    there = made.create_aws_kms_mrk_discovery_keyring(
        input=models.CreateAwsKmsMrkDiscoveryKeyringInput(kms_client=kms.client(WEST), region=WEST)
    )

    message, _ = encryption_client().encrypt(source=b"secret", keyring=here)
    plaintext, _ = encryption_client().decrypt(source=message, keyring=there)

    assert plaintext == b"secret"
    kms.calls.assert_called_once("Decrypt", KeyId=replica.arn)


def test_multi_keyring_of_both_regions(kms: KmsMock, pair: tuple[Key, Key], keyrings: Any) -> None:
    """One message for keys in two Regions opens while one of them works."""
    made, models = keyrings
    other = kms.create_key(multi_region=True, region=WEST)
    rings = [
        made.create_aws_kms_mrk_keyring(
            input=models.CreateAwsKmsMrkKeyringInput(
                kms_key_id=key.arn, kms_client=kms.client(region)
            )
        )
        for key, region in ((pair[0], EAST), (other, WEST))
    ]
    ring = made.create_multi_keyring(
        input=models.CreateMultiKeyringInput(generator=rings[0], child_keyrings=rings[1:])
    )
    message, _ = encryption_client().encrypt(source=b"secret", keyring=ring)
    pair[0].schedule_deletion()

    plaintext, _ = encryption_client().decrypt(source=message, keyring=ring)

    assert plaintext == b"secret"

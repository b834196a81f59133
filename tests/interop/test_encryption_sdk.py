"""The AWS Encryption SDK with its master key providers and its keyrings, as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pytest_kmsmock import KmsMock

sdk = pytest.importorskip("aws_encryption_sdk")
sdk_errors = pytest.importorskip("aws_encryption_sdk.exceptions")
sdk_identifiers = pytest.importorskip("aws_encryption_sdk.identifiers")

TEXT = b"a document" * 1000
CONTEXT = {"owner": "acme"}

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aws_encryption_sdk")


@pytest.fixture
def esdk() -> Any:
    """A client of the SDK with its default commitment policy."""
    return sdk.EncryptionSDKClient()


@pytest.fixture
def providers() -> Any:
    """The Material Providers Library, which makes keyrings."""
    mpl = pytest.importorskip("aws_cryptographic_material_providers.mpl")
    config = pytest.importorskip("aws_cryptographic_material_providers.mpl.config")
    return mpl.AwsCryptographicMaterialProviders(config=config.MaterialProvidersConfig())


@pytest.fixture
def models() -> Any:
    """The inputs of the library's calls."""
    return pytest.importorskip("aws_cryptographic_material_providers.mpl.models")


def test_two_regions_can_decrypt_the_same_document(kms: KmsMock, esdk: Any) -> None:
    """StrictAwsKmsMasterKeyProvider wraps the data key under each of its keys."""
    keys = [kms.create_key(region=region) for region in ("us-east-1", "eu-west-1")]
    provider = sdk.StrictAwsKmsMasterKeyProvider(key_ids=[key.arn for key in keys])

    ciphertext, _ = esdk.encrypt(source=TEXT, key_provider=provider, encryption_context=CONTEXT)

    for key in keys:
        alone = sdk.StrictAwsKmsMasterKeyProvider(key_ids=[key.arn])
        plaintext, header = esdk.decrypt(source=ciphertext, key_provider=alone)
        assert plaintext == TEXT
        assert header.encryption_context["owner"] == "acme"
    assert kms.calls.operations == ["GenerateDataKey", "Encrypt", "Decrypt", "Decrypt"]


def test_a_discovery_provider_finds_the_key_by_itself(kms: KmsMock, esdk: Any) -> None:
    """The message names the key; a filter says which accounts are trusted."""
    identifiers = pytest.importorskip("aws_encryption_sdk.key_providers.kms")
    key = kms.create_key()
    strict = sdk.StrictAwsKmsMasterKeyProvider(key_ids=[key.arn])
    ciphertext, _ = esdk.encrypt(source=TEXT, key_provider=strict)

    def discovering(account: str) -> Any:
        return sdk.DiscoveryAwsKmsMasterKeyProvider(
            discovery_filter=identifiers.DiscoveryFilter(account_ids=[account], partition="aws")
        )

    plaintext, _ = esdk.decrypt(source=ciphertext, key_provider=discovering("123456789012"))
    assert plaintext == TEXT
    with pytest.raises(sdk_errors.AWSEncryptionSDKClientError):
        esdk.decrypt(source=ciphertext, key_provider=discovering("999999999999"))


def test_a_replica_decrypts_for_its_region(
    kms: KmsMock, esdk: Any, providers: Any, models: Any
) -> None:
    """The keyring that knows multi-Region keys asks the replica."""
    key = kms.create_key(multi_region=True)
    kms.client().replicate_key(KeyId=key.id, ReplicaRegion="eu-west-1")

    def keyring(region: str) -> Any:
        return providers.create_aws_kms_mrk_keyring(
            models.CreateAwsKmsMrkKeyringInput(
                kms_key_id=key.arn.replace("us-east-1", region), kms_client=kms.client(region)
            )
        )

    ciphertext, _ = esdk.encrypt(
        source=TEXT, keyring=keyring("us-east-1"), encryption_context=CONTEXT
    )
    plaintext, _ = esdk.decrypt(
        source=ciphertext, keyring=keyring("eu-west-1"), encryption_context=CONTEXT
    )

    assert plaintext == TEXT
    assert kms.calls("Decrypt")[0].region == "eu-west-1"


def test_a_caching_materials_manager_asks_once(kms: KmsMock, esdk: Any) -> None:
    """What the cache is for shows in the calls."""
    key = kms.create_key()
    provider = sdk.StrictAwsKmsMasterKeyProvider(key_ids=[key.arn])
    manager = sdk.CachingCryptoMaterialsManager(
        master_key_provider=provider, cache=sdk.LocalCryptoMaterialsCache(10), max_age=60.0
    )

    documents = [
        esdk.encrypt(source=TEXT, materials_manager=manager, encryption_context=CONTEXT)[0]
        for _ in range(3)
    ]

    assert len(set(documents)) == 3
    kms.calls.assert_called_once("GenerateDataKey")


@pytest.mark.parametrize("key_named_by", ["arn", "alias"])
def test_a_keyring_round_trip(
    kms: KmsMock, esdk: Any, providers: Any, models: Any, key_named_by: str
) -> None:
    """The symmetric keyring; an alias is enough to encrypt, an ARN decrypts."""
    key = kms.create_key(alias="alias/documents")
    name = key.arn if key_named_by == "arn" else "alias/documents"

    def keyring(name: str) -> Any:
        return providers.create_aws_kms_keyring(
            models.CreateAwsKmsKeyringInput(kms_key_id=name, kms_client=kms.client())
        )

    ciphertext, _ = esdk.encrypt(source=TEXT, keyring=keyring(name), encryption_context=CONTEXT)
    plaintext, _ = esdk.decrypt(
        source=ciphertext, keyring=keyring(key.arn), encryption_context=CONTEXT
    )

    assert plaintext == TEXT


@pytest.mark.parametrize("algorithm", ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"])
@pytest.mark.parametrize("spec", ["RSA_2048", "RSA_4096"])
def test_the_rsa_keyring_encrypts_offline_and_decrypts_by_kms(
    client: Any,
    kms: KmsMock,
    new_key: Callable[..., str],
    esdk: Any,
    providers: Any,
    models: Any,
    spec: str,
    algorithm: str,
) -> None:
    """It wraps the data key with the public key alone; only Decrypt reaches KMS."""
    arn = new_key(client, spec, "ENCRYPT_DECRYPT")
    public = serialization.load_der_public_key(client.get_public_key(KeyId=arn)["PublicKey"])
    keyring = providers.create_aws_kms_rsa_keyring(
        models.CreateAwsKmsRsaKeyringInput(
            kms_key_id=arn,
            public_key=_pem(public),
            encryption_algorithm=algorithm,
            kms_client=client,
        )
    )
    # A signature of the message would need what the keyring leaves out.
    suite = sdk_identifiers.AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY
    kms.calls.clear()

    ciphertext, _ = esdk.encrypt(
        source=TEXT, keyring=keyring, algorithm=suite, encryption_context=CONTEXT
    )
    plaintext, _ = esdk.decrypt(source=ciphertext, keyring=keyring)

    assert plaintext == TEXT
    assert kms.calls.operations == ["Decrypt"]


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521"])
def test_two_ecdh_keyrings_agree(
    kms: KmsMock, new_key: Callable[..., str], esdk: Any, providers: Any, models: Any, spec: str
) -> None:
    """Each side has its private key in KMS, and derives the same secret there."""
    client = kms.client()
    sender, recipient = (new_key(client, spec, "KEY_AGREEMENT") for _ in range(2))

    def public(arn: str) -> bytes:
        der: bytes = client.get_public_key(KeyId=arn)["PublicKey"]
        return der

    scheme = models.KmsEcdhStaticConfigurationsKmsPrivateKeyToStaticPublicKey(
        models.KmsPrivateKeyToStaticPublicKeyInput(
            sender_kms_identifier=sender,
            sender_public_key=public(sender),
            recipient_public_key=public(recipient),
        )
    )
    discovery = models.KmsEcdhStaticConfigurationsKmsPublicKeyDiscovery(
        models.KmsPublicKeyDiscoveryInput(recipient_kms_identifier=recipient)
    )
    sends, receives = (
        providers.create_aws_kms_ecdh_keyring(
            models.CreateAwsKmsEcdhKeyringInput(
                key_agreement_scheme=each, curve_spec=spec, kms_client=client
            )
        )
        for each in (scheme, discovery)
    )

    ciphertext, _ = esdk.encrypt(source=TEXT, keyring=sends, encryption_context=CONTEXT)
    plaintext, _ = esdk.decrypt(source=ciphertext, keyring=receives, encryption_context=CONTEXT)

    assert plaintext == TEXT
    assert kms.calls.operations.count("DeriveSharedSecret") == 2


def test_an_ecdh_keyring_opens_what_a_raw_key_sent(
    kms: KmsMock, new_key: Callable[..., str], esdk: Any, providers: Any, models: Any
) -> None:
    """The sender has its private key itself; the library computes the secret without KMS."""
    client = kms.client()
    arn = new_key(client, "ECC_NIST_P256", "KEY_AGREEMENT")
    recipient = client.get_public_key(KeyId=arn)["PublicKey"]
    mine = ec.generate_private_key(ec.SECP256R1())
    private = mine.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    sends = providers.create_raw_ecdh_keyring(
        models.CreateRawEcdhKeyringInput(
            curve_spec="ECC_NIST_P256",
            key_agreement_scheme=models.RawEcdhStaticConfigurationsRawPrivateKeyToStaticPublicKey(
                models.RawPrivateKeyToStaticPublicKeyInput(
                    sender_static_private_key=private, recipient_public_key=recipient
                )
            ),
        )
    )
    receives = providers.create_aws_kms_ecdh_keyring(
        models.CreateAwsKmsEcdhKeyringInput(
            key_agreement_scheme=models.KmsEcdhStaticConfigurationsKmsPublicKeyDiscovery(
                models.KmsPublicKeyDiscoveryInput(recipient_kms_identifier=arn)
            ),
            curve_spec="ECC_NIST_P256",
            kms_client=client,
        )
    )
    kms.calls.clear()

    ciphertext, _ = esdk.encrypt(source=TEXT, keyring=sends, encryption_context=CONTEXT)
    plaintext, _ = esdk.decrypt(source=ciphertext, keyring=receives, encryption_context=CONTEXT)

    assert plaintext == TEXT
    kms.calls.assert_called_once("DeriveSharedSecret")


def _pem(public: Any) -> bytes:
    pem: bytes = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem

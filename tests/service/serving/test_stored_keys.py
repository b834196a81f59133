"""Cryptography with keys in custom key stores, and what goes wrong outside of KMS."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from pytest_kmsmock import CloudHsmCluster, KmsMock, XksProxy

FACTS: Final = Path(__file__).parents[2] / "facts" / "errors.csv"
TEXTS: Final[Mapping[str, str]] = {
    row["id"]: row["message"]
    for row in csv.DictReader(FACTS.read_text(encoding="utf-8").splitlines())
}
CONTEXT: Final = {"tenant": "42"}

Uses = Callable[[str], dict[str, Callable[[], Any]]]


@pytest.fixture(params=["hsm_key", "xks_key"])
def key(request: pytest.FixtureRequest) -> str:
    """The ARN of a key in a connected store of either type."""
    arn: str = request.getfixturevalue(request.param)
    return arn


@pytest.fixture
def uses(client: Any) -> Uses:
    """Return calls that use a key, each of them good now."""

    def prepare(arn: str) -> dict[str, Callable[[], Any]]:
        other = client.create_key()["KeyMetadata"]["KeyId"]
        own = client.encrypt(KeyId=arn, Plaintext=b"secret")["CiphertextBlob"]
        others = client.encrypt(KeyId=other, Plaintext=b"secret")["CiphertextBlob"]
        return {
            "Encrypt": lambda: client.encrypt(KeyId=arn, Plaintext=b"secret"),
            "Decrypt": lambda: client.decrypt(CiphertextBlob=own),
            "GenerateDataKey": lambda: client.generate_data_key(KeyId=arn, KeySpec="AES_256"),
            "GenerateDataKeyWithoutPlaintext": lambda: client.generate_data_key_without_plaintext(
                KeyId=arn, KeySpec="AES_256"
            ),
            "ReEncrypt from": lambda: client.re_encrypt(CiphertextBlob=own, DestinationKeyId=other),
            "ReEncrypt to": lambda: client.re_encrypt(CiphertextBlob=others, DestinationKeyId=arn),
        }

    return prepare


def test_key_in_a_store_encrypts_like_any_other(client: Any, key: str) -> None:
    """With an encryption context, and data keys too."""
    blob = client.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext=CONTEXT)
    opened = client.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext=CONTEXT)
    assert opened["Plaintext"] == b"secret"
    assert opened["KeyId"] == key

    data_key = client.generate_data_key(KeyId=key, KeySpec="AES_256")
    opened = client.decrypt(CiphertextBlob=data_key["CiphertextBlob"])
    assert opened["Plaintext"] == data_key["Plaintext"]


def test_ciphertexts_move_between_kinds_of_keys(client: Any, key: str) -> None:
    """ReEncrypt out of a store and into it again."""
    usual = client.create_key()["KeyMetadata"]["KeyId"]
    blob = client.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]

    out = client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=usual)["CiphertextBlob"]
    back = client.re_encrypt(CiphertextBlob=out, DestinationKeyId=key)["CiphertextBlob"]

    for each in (out, back):
        assert client.decrypt(CiphertextBlob=each)["Plaintext"] == b"secret"


def test_longest_plaintext_fits(client: Any, key: str) -> None:
    """4,096 bytes, although an external store encrypts them twice."""
    plaintext = bytes(4096)
    blob = client.encrypt(KeyId=key, Plaintext=plaintext)["CiphertextBlob"]

    assert len(blob) <= 6144
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == plaintext


def test_external_stores_encrypt_twice(client: Any, hsm_key: str, xks_key: str) -> None:
    """A ciphertext of CloudHSM is as long as any, one of an external store is longer."""
    lengths = [
        len(client.encrypt(KeyId=arn, Plaintext=bytes(32))["CiphertextBlob"])
        for arn in (hsm_key, xks_key)
    ]

    assert lengths[0] == 184
    assert lengths[1] > 184


def test_no_data_key_pairs(client: Any, key: str, refusal: Any) -> None:
    """UnsupportedOperationException."""
    for method in (
        client.generate_data_key_pair,
        client.generate_data_key_pair_without_plaintext,
    ):
        code, text = refusal(method, KeyId=key, KeyPairSpec="ECC_NIST_P256")
        assert code == "UnsupportedOperationException"
        assert text.startswith(f"{key} origin is ")


def test_wrong_context_in_a_cloudhsm_store(client: Any, hsm_key: str, refusal: Any) -> None:
    """InvalidCiphertextException without a text, as for any key."""
    blob = client.encrypt(KeyId=hsm_key, Plaintext=b"secret", EncryptionContext=CONTEXT)

    found = refusal(client.decrypt, CiphertextBlob=blob["CiphertextBlob"])

    assert found == ("InvalidCiphertextException", "")


def test_wrong_context_in_an_external_store(client: Any, xks_key: str, refusal: Any) -> None:
    """The proxy refuses it, and KMS passes that on. Source: errors.csv, xks-decrypt-corrupt."""
    blob = client.encrypt(KeyId=xks_key, Plaintext=b"secret", EncryptionContext=CONTEXT)

    found = refusal(client.decrypt, CiphertextBlob=blob["CiphertextBlob"])

    assert found == ("KMSInvalidStateException", TEXTS["xks-decrypt-corrupt"])


def test_ciphertext_with_a_changed_byte_in_an_external_store(
    client: Any, xks_key: str, refusal: Any
) -> None:
    """The same as a wrong context."""
    blob = bytearray(client.encrypt(KeyId=xks_key, Plaintext=b"secret")["CiphertextBlob"])
    blob[-1] ^= 1

    found = refusal(client.decrypt, CiphertextBlob=bytes(blob))

    assert found == ("KMSInvalidStateException", TEXTS["xks-decrypt-corrupt"])


def test_proxy_that_answers_something_else(
    client: Any, proxy: XksProxy, xks_key: str, refusal: Any
) -> None:
    """KMS cannot open what comes back. Source: xks-decrypt-proxy-returned-corrupt."""
    blob = client.encrypt(KeyId=xks_key, Plaintext=b"secret")["CiphertextBlob"]
    proxy.answers = "corrupt"

    found = refusal(client.decrypt, CiphertextBlob=blob)

    assert found == ("KMSInvalidStateException", TEXTS["xks-decrypt-proxy-returned-corrupt"])


def test_external_key_with_other_material(
    client: Any, proxy: XksProxy, xks_key: str, refusal: Any
) -> None:
    """Ciphertexts are lost when the external key manager loses the key."""
    blob = client.encrypt(KeyId=xks_key, Plaintext=b"secret")["CiphertextBlob"]
    proxy.add_key("external")

    found = refusal(client.decrypt, CiphertextBlob=blob)

    assert found == ("KMSInvalidStateException", TEXTS["xks-decrypt-corrupt"])


@pytest.mark.parametrize(("name", "value"), [("reachable", False), ("active", False), ("hsms", 0)])
def test_cluster_that_kms_cannot_talk_to(
    client: Any,
    cluster: CloudHsmCluster,
    hsm_key: str,
    uses: Uses,
    refusal: Any,
    name: str,
    value: Any,
) -> None:
    """KMSInvalidStateException while the store is CONNECTED. Source: hsm-no-contact."""
    calls = uses(hsm_key)
    setattr(cluster, name, value)

    for use in calls.values():
        assert refusal(use) == ("KMSInvalidStateException", TEXTS["hsm-no-contact"])


@pytest.mark.parametrize(
    ("name", "value", "row"),
    [
        ("reachable", False, "xks-unreachable"),
        ("path", "/elsewhere/kms/xks/v1", "xks-bad-uri-path"),
        ("access_key_id", "Z" * 20, "xks-credentials"),
        ("answers", "late", "xks-timeout"),
        ("answers", "never", "xks-timeout-allotted"),
        ("answers", "nonsense", "xks-uninterpretable"),
        ("answers", "denied", "xks-denied"),
        ("answers", "unhealthy", "xks-unhealthy"),
        ("answers", "unsupported", "xks-op-unsupported-by-proxy"),
    ],
)
def test_proxy_in_trouble(
    client: Any,
    proxy: XksProxy,
    xks_key: str,
    uses: Uses,
    refusal: Any,
    name: str,
    value: Any,
    row: str,
) -> None:
    """Always KMSInvalidStateException; the text tells what it is. Source: errors.csv."""
    calls = uses(xks_key)
    setattr(proxy, name, value)

    for use in calls.values():
        assert refusal(use) == ("KMSInvalidStateException", TEXTS[row])


def test_external_key_in_trouble(
    client: Any, proxy: XksProxy, xks_key: str, uses: Uses, refusal: Any
) -> None:
    """Not enabled, or gone. Source: xks-key-not-enabled, xks-key-not-found."""
    calls = uses(xks_key)
    external = proxy.key("external")

    external.status = "DISABLED"
    for use in calls.values():
        assert refusal(use) == ("KMSInvalidStateException", TEXTS["xks-key-not-enabled"])
    external.delete()
    for use in calls.values():
        assert refusal(use) == ("KMSInvalidStateException", TEXTS["xks-key-not-found"])


def test_external_key_that_only_encrypts(
    client: Any, proxy: XksProxy, xks_key: str, uses: Uses, refusal: Any
) -> None:
    """Decrypt fails, Encrypt does not. Source: xks-op-unsupported-by-key."""
    calls = uses(xks_key)
    proxy.key("external").usage = ("ENCRYPT",)

    calls["Encrypt"]()
    for name in ("Decrypt", "ReEncrypt from"):
        assert refusal(calls[name]) == (
            "KMSInvalidStateException",
            TEXTS["xks-op-unsupported-by-key"],
        )


def test_trouble_passes(client: Any, proxy: XksProxy, xks_key: str, refusal: Any) -> None:
    """The store stays CONNECTED all the time."""
    blob = client.encrypt(KeyId=xks_key, Plaintext=b"secret")["CiphertextBlob"]
    proxy.reachable = False
    refusal(client.decrypt, CiphertextBlob=blob)
    proxy.reachable = True

    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def test_disabled_key_is_disabled_whatever_the_proxy_says(
    client: Any, proxy: XksProxy, xks_key: str, refusal: Any
) -> None:
    """DisabledException: KMS does not ask outside."""
    proxy.reachable = False
    client.disable_key(KeyId=xks_key)

    found = refusal(client.encrypt, KeyId=xks_key, Plaintext=b"secret")

    assert found == ("DisabledException", f"{xks_key} is disabled.")


def test_other_keys_do_not_mind(kms: KmsMock, client: Any, proxy: XksProxy, xks_key: str) -> None:
    """What is outside concerns the keys in that store only."""
    proxy.reachable = False

    assert client.encrypt(KeyId=kms.create_key().id, Plaintext=b"secret")

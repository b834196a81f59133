"""CreateKey and GenerateRandom in custom key stores."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import CloudHsmCluster, KmsMock, XksProxy
from pytest_kmsmock.service.rules.proxies import TROUBLES

UNKNOWN = "cks-1234567890abcdef0"


@pytest.fixture
def hsm(client: Any, hsm_store: str) -> dict[str, str]:
    """What CreateKey is told for a key in the connected AWS_CLOUDHSM store."""
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)
    return {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": hsm_store}


@pytest.fixture
def xks(client: Any, xks_store: str) -> dict[str, str]:
    """What CreateKey is told for a key in the connected EXTERNAL_KEY_STORE."""
    client.connect_custom_key_store(CustomKeyStoreId=xks_store)
    return {
        "Origin": "EXTERNAL_KEY_STORE",
        "CustomKeyStoreId": xks_store,
        "XksKeyId": "external",
    }


def test_key_in_a_cloudhsm_store_names_its_cluster(
    client: Any, cluster: CloudHsmCluster, hsm_store: str, hsm: dict[str, str]
) -> None:
    """It has no CurrentKeyMaterialId, for it never rotates."""
    created = client.create_key(**hsm)["KeyMetadata"]

    assert created["Origin"] == "AWS_CLOUDHSM"
    assert created["KeyState"] == "Enabled"
    assert created["CustomKeyStoreId"] == hsm_store
    assert created["CloudHsmClusterId"] == cluster.id
    assert not created.keys() & {"XksKeyConfiguration", "CurrentKeyMaterialId", "ExpirationModel"}
    assert client.describe_key(KeyId=created["KeyId"])["KeyMetadata"] == created


def test_key_in_an_external_store_names_its_external_key(
    client: Any, xks_store: str, xks: dict[str, str]
) -> None:
    """By the ID that the proxy knows it by."""
    created = client.create_key(**xks)["KeyMetadata"]

    assert created["Origin"] == "EXTERNAL_KEY_STORE"
    assert created["CustomKeyStoreId"] == xks_store
    assert created["XksKeyConfiguration"] == {"Id": "external"}
    assert not created.keys() & {"CloudHsmClusterId", "CurrentKeyMaterialId"}
    assert client.describe_key(KeyId=created["KeyId"])["KeyMetadata"] == created


def test_keys_in_stores_are_listed_with_the_others(client: Any, hsm: dict[str, str]) -> None:
    """ListKeys does not tell them apart."""
    created = client.create_key(**hsm)["KeyMetadata"]

    assert [key["KeyArn"] for key in client.list_keys()["Keys"]] == [created["Arn"]]


# Members that go together.


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"Origin": "AWS_CLOUDHSM"}, "CustomKeyStoreId is required for Origin AWS_CLOUDHSM."),
        (
            {"Origin": "EXTERNAL_KEY_STORE", "XksKeyId": "external"},
            "CustomKeyStoreId is required for Origin EXTERNAL_KEY_STORE.",
        ),
        (
            {"Origin": "EXTERNAL_KEY_STORE", "CustomKeyStoreId": UNKNOWN},
            "XksKeyId is required for Origin EXTERNAL_KEY_STORE.",
        ),
        ({"XksKeyId": "external"}, "XksKeyId is not valid for Origin AWS_KMS."),
        (
            {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": UNKNOWN, "XksKeyId": "external"},
            "XksKeyId is not valid for Origin AWS_CLOUDHSM.",
        ),
    ],
)
def test_members_go_together(client: Any, refusal: Any, params: Any, text: str) -> None:
    """ValidationException."""
    assert refusal(client.create_key, **params) == ("ValidationException", text)


@pytest.mark.parametrize("origin", [None, "EXTERNAL", "EXTERNAL_KEY_STORE"])
def test_origin_must_be_the_type_of_the_store(
    client: Any, hsm_store: str, refusal: Any, origin: str | None
) -> None:
    """UnsupportedOperationException, also for the default."""
    params = {"CustomKeyStoreId": hsm_store} | ({} if origin is None else {"Origin": origin})
    if origin == "EXTERNAL_KEY_STORE":
        params["XksKeyId"] = "external"

    assert refusal(client.create_key, **params)[0] == "UnsupportedOperationException"


def test_other_specs_cannot_be_in_a_store(client: Any, hsm: dict[str, str], refusal: Any) -> None:
    """SYMMETRIC_DEFAULT alone."""
    code, text = refusal(client.create_key, **hsm, KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")

    assert code == "ValidationException"
    assert text == "KeySpec RSA_2048 is not supported for Origin AWS_CLOUDHSM"


def test_multi_region_keys_cannot_be_in_a_store(
    client: Any, hsm: dict[str, str], refusal: Any
) -> None:
    """UnsupportedOperationException."""
    code, _ = refusal(client.create_key, **hsm, MultiRegion=True)

    assert code == "UnsupportedOperationException"


# The store.


def test_unknown_store(client: Any, refusal: Any) -> None:
    """CustomKeyStoreNotFoundException."""
    code, text = refusal(client.create_key, Origin="AWS_CLOUDHSM", CustomKeyStoreId=UNKNOWN)

    assert code == "CustomKeyStoreNotFoundException"
    assert UNKNOWN in text


def test_store_must_be_connected(
    kms: KmsMock, client: Any, hsm_store: str, hsm: dict[str, str], refusal: Any
) -> None:
    """CustomKeyStoreInvalidStateException in every other state."""
    client.disconnect_custom_key_store(CustomKeyStoreId=hsm_store)
    assert refusal(client.create_key, **hsm)[0] == "CustomKeyStoreInvalidStateException"

    kms.transition_seconds = 60
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)
    code, text = refusal(client.create_key, **hsm)
    assert code == "CustomKeyStoreInvalidStateException"
    assert "CONNECTING" in text


# The cluster.


def test_cluster_needs_two_hsms(
    client: Any, cluster: CloudHsmCluster, hsm: dict[str, str], refusal: Any
) -> None:
    """CloudHsmClusterInvalidConfigurationException, although one is enough to use keys."""
    key_id = client.create_key(**hsm)["KeyMetadata"]["KeyId"]
    cluster.hsms = 1

    assert refusal(client.create_key, **hsm)[0] == "CloudHsmClusterInvalidConfigurationException"
    client.encrypt(KeyId=key_id, Plaintext=b"secret")


def test_cluster_must_be_reached(
    client: Any, cluster: CloudHsmCluster, hsm: dict[str, str], refusal: Any
) -> None:
    """The store is CONNECTED and cannot be used all the same."""
    cluster.reachable = False

    assert refusal(client.create_key, **hsm) == (
        "CustomKeyStoreInvalidStateException",
        "KMS cannot communicate with your CloudHSM cluster",
    )


# The external key. Source: KMS Developer Guide, "Troubleshooting external key stores".


def test_external_key_must_be_there(client: Any, xks: dict[str, str], refusal: Any) -> None:
    """XksKeyNotFoundException."""
    assert refusal(client.create_key, **xks | {"XksKeyId": "nobody"}) == (
        "XksKeyNotFoundException",
        "The external key store proxy rejected the request because it could not find the "
        "external key.",
    )


def test_external_key_belongs_to_one_key(
    kms: KmsMock, client: Any, xks: dict[str, str], refusal: Any
) -> None:
    """XksKeyAlreadyInUseException, until that key is deleted for good."""
    key_id = client.create_key(**xks)["KeyMetadata"]["KeyId"]
    client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)

    assert refusal(client.create_key, **xks)[0] == "XksKeyAlreadyInUseException"

    kms.clock.advance(days=7)
    client.create_key(**xks)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        (
            "spec",
            "AES_128",
            "The key spec of the external key must be AES_256. The key spec of specified "
            "external key is AES_128.",
        ),
        (
            "status",
            "DISABLED",
            "The status of the external key must be ENABLED. The status of specified external "
            "key is DISABLED.",
        ),
        (
            "usage",
            ("ENCRYPT",),
            "The key usage of the external key must include ENCRYPT and DECRYPT. The key use of "
            "specified external key is ENCRYPT.",
        ),
    ],
)
def test_external_key_must_be_of_the_right_kind(
    client: Any,
    proxy: XksProxy,
    xks: dict[str, str],
    refusal: Any,
    name: str,
    value: Any,
    text: str,
) -> None:
    """XksKeyInvalidConfigurationException says what it has to be and what it is."""
    setattr(proxy.key("external"), name, value)

    assert refusal(client.create_key, **xks) == ("XksKeyInvalidConfigurationException", text)


@pytest.mark.parametrize(
    ("name", "value", "trouble"),
    [
        ("reachable", False, "unreachable"),
        ("tls_valid", False, "tls"),
        ("path", "/elsewhere/kms/xks/v1", "path"),
        ("secret_access_key", "z" * 43, "credentials"),
        *(
            ("answers", answer, answer)
            for answer in ("late", "never", "nonsense", "denied", "unhealthy", "unsupported")
        ),
    ],
)
def test_proxy_in_trouble(
    client: Any,
    proxy: XksProxy,
    xks: dict[str, str],
    refusal: Any,
    name: str,
    value: Any,
    trouble: str,
) -> None:
    """CreateKey says it with CustomKeyStoreInvalidStateException, whatever it is."""
    setattr(proxy, name, value)

    assert refusal(client.create_key, **xks) == (
        "CustomKeyStoreInvalidStateException",
        TROUBLES[trouble].words,
    )


# GenerateRandom.


def test_random_bytes_of_a_cluster(client: Any, hsm_store: str, hsm: dict[str, str]) -> None:
    """As many as are asked for, and others each time."""
    found = [
        client.generate_random(NumberOfBytes=32, CustomKeyStoreId=hsm_store)["Plaintext"]
        for _ in range(2)
    ]

    assert len(found[0]) == 32
    assert found[0] != found[1]


def test_random_bytes_of_an_external_store(client: Any, xks_store: str, refusal: Any) -> None:
    """UnsupportedOperationException."""
    code, text = refusal(client.generate_random, NumberOfBytes=32, CustomKeyStoreId=xks_store)

    assert code == "UnsupportedOperationException"
    assert xks_store in text


def test_random_bytes_of_a_store_that_is_not_connected(
    client: Any, cluster: CloudHsmCluster, hsm_store: str, refusal: Any
) -> None:
    """CustomKeyStoreInvalidStateException, also if the cluster does not answer."""
    params = {"NumberOfBytes": 32, "CustomKeyStoreId": hsm_store}
    expected = "CustomKeyStoreInvalidStateException"
    assert refusal(client.generate_random, **params)[0] == expected

    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)
    cluster.reachable = False
    assert refusal(client.generate_random, **params) == (
        expected,
        "KMS cannot communicate with your CloudHSM cluster",
    )


def test_random_bytes_of_an_unknown_store(client: Any, refusal: Any) -> None:
    """CustomKeyStoreNotFoundException."""
    code, _ = refusal(client.generate_random, NumberOfBytes=32, CustomKeyStoreId=UNKNOWN)

    assert code == "CustomKeyStoreNotFoundException"

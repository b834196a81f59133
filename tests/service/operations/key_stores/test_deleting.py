"""DeleteCustomKeyStore: an empty, disconnected store goes, with all that it held."""

from __future__ import annotations

from typing import Any

from pytest_kmsmock import CloudHsmCluster, KmsMock, XksProxy


def test_a_copy_s_store_has_keys_of_its_own(
    kms: KmsMock, hsm_key: str, hsm_store: str, refusal: Any
) -> None:
    """Its last key deleted in the copy, the store there can go, and the original's cannot."""
    with KmsMock(outer=kms._backend) as copy:
        copy.key(hsm_key).delete()
        copy.client("us-east-1").disconnect_custom_key_store(CustomKeyStoreId=hsm_store)
        copy.client("us-east-1").delete_custom_key_store(CustomKeyStoreId=hsm_store)

    client = kms.client("us-east-1")
    client.disconnect_custom_key_store(CustomKeyStoreId=hsm_store)
    code, _ = refusal(client.delete_custom_key_store, CustomKeyStoreId=hsm_store)
    assert code == "CustomKeyStoreHasCMKsException"


def test_empty_store_is_deleted(
    client: Any, cluster: CloudHsmCluster, hsm_store: str, refusal: Any
) -> None:
    """Its name and its cluster are free then."""
    client.delete_custom_key_store(CustomKeyStoreId=hsm_store)

    assert refusal(client.delete_custom_key_store, CustomKeyStoreId=hsm_store)[0] == (
        "CustomKeyStoreNotFoundException"
    )
    client.create_custom_key_store(CustomKeyStoreName="hsm", **cluster.parameters)


def test_store_that_is_not_disconnected(
    client: Any, proxy: XksProxy, xks_store: str, refusal: Any
) -> None:
    """CustomKeyStoreInvalidStateException, FAILED or CONNECTED."""
    expected = "CustomKeyStoreInvalidStateException"
    proxy.reachable = False
    client.connect_custom_key_store(CustomKeyStoreId=xks_store)
    assert refusal(client.delete_custom_key_store, CustomKeyStoreId=xks_store)[0] == expected

    client.disconnect_custom_key_store(CustomKeyStoreId=xks_store)
    proxy.reachable = True
    client.connect_custom_key_store(CustomKeyStoreId=xks_store)
    assert refusal(client.delete_custom_key_store, CustomKeyStoreId=xks_store)[0] == expected


def test_store_with_keys(
    kms: KmsMock, client: Any, hsm_store: str, hsm_key: str, refusal: Any
) -> None:
    """CustomKeyStoreHasCMKsException, until their deletion is due."""
    client.schedule_key_deletion(KeyId=hsm_key, PendingWindowInDays=7)
    client.disconnect_custom_key_store(CustomKeyStoreId=hsm_store)

    code, text = refusal(client.delete_custom_key_store, CustomKeyStoreId=hsm_store)
    assert code == "CustomKeyStoreHasCMKsException"
    assert hsm_store in text

    kms.clock.advance(days=7)
    client.delete_custom_key_store(CustomKeyStoreId=hsm_store)
    assert client.describe_custom_key_stores()["CustomKeyStores"] == []

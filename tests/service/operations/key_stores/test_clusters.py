"""CloudHSM clusters that back a store, or cannot."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import CloudHsmCluster, KmsMock

pytestmark = pytest.mark.usefixtures("newest_model")


def test_unknown_cluster(client: Any, cluster: CloudHsmCluster, refusal: Any) -> None:
    """CloudHsmClusterNotFoundException."""
    parameters = cluster.parameters
    cluster.delete()

    code, text = refusal(client.create_custom_key_store, CustomKeyStoreName="hsm", **parameters)

    assert code == "CloudHsmClusterNotFoundException"
    assert parameters["CloudHsmClusterId"] in text


def test_cluster_of_another_region_or_account_is_not_found(
    kms: KmsMock, client: Any, refusal: Any
) -> None:
    """KMS looks in the caller's account and Region only."""
    for cluster in (
        kms.cloudhsm_cluster(region="eu-west-1"),
        kms.cloudhsm_cluster(account="210987654321"),
    ):
        code, _ = refusal(
            client.create_custom_key_store, CustomKeyStoreName="hsm", **cluster.parameters
        )
        assert code == "CloudHsmClusterNotFoundException"


def test_inactive_cluster(client: Any, cluster: CloudHsmCluster, refusal: Any) -> None:
    """CloudHsmClusterNotActiveException."""
    cluster.active = False

    code, _ = refusal(
        client.create_custom_key_store, CustomKeyStoreName="hsm", **cluster.parameters
    )

    assert code == "CloudHsmClusterNotActiveException"


def test_cluster_needs_two_hsms(kms: KmsMock, client: Any, refusal: Any) -> None:
    """CloudHsmClusterInvalidConfigurationException with one."""
    cluster = kms.cloudhsm_cluster(hsms=1)

    code, _ = refusal(
        client.create_custom_key_store, CustomKeyStoreName="hsm", **cluster.parameters
    )

    assert code == "CloudHsmClusterInvalidConfigurationException"


def test_trust_anchor_must_be_that_of_the_cluster(
    kms: KmsMock, client: Any, cluster: CloudHsmCluster, refusal: Any
) -> None:
    """IncorrectTrustAnchorException."""
    other = kms.cloudhsm_cluster()
    parameters = cluster.parameters | {"TrustAnchorCertificate": other.trust_anchor}

    code, _ = refusal(client.create_custom_key_store, CustomKeyStoreName="hsm", **parameters)

    assert code == "IncorrectTrustAnchorException"


def test_cluster_backs_one_store(
    kms: KmsMock, client: Any, cluster: CloudHsmCluster, hsm_store: str, refusal: Any
) -> None:
    """CloudHsmClusterInUseException, also for a cluster with the same backup history."""
    for each in (cluster, kms.cloudhsm_cluster(related_to=cluster)):
        code, text = refusal(
            client.create_custom_key_store, CustomKeyStoreName="other", **each.parameters
        )
        assert code == "CloudHsmClusterInUseException"
        assert hsm_store in text


def test_password_is_not_tried_yet(client: Any, cluster: CloudHsmCluster) -> None:
    """A wrong one is noticed when the store is connected."""
    parameters = cluster.parameters | {"KeyStorePassword": "not this one"}

    assert client.create_custom_key_store(CustomKeyStoreName="hsm", **parameters)


def test_related_cluster_takes_over(
    kms: KmsMock,
    client: Any,
    update: Any,
    cluster: CloudHsmCluster,
    hsm_key: str,
    hsm_store: str,
    connection: Any,
) -> None:
    """One that was made from a backup; the keys are in it, and their metadata say so."""
    blob = client.encrypt(KeyId=hsm_key, Plaintext=b"secret")["CiphertextBlob"]
    client.disconnect_custom_key_store(CustomKeyStoreId=hsm_store)
    restored = kms.cloudhsm_cluster(related_to=cluster)
    cluster.delete()

    update(CustomKeyStoreId=hsm_store, CloudHsmClusterId=restored.id)
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)

    assert connection(hsm_store) == ("CONNECTED", None)
    metadata = client.describe_key(KeyId=hsm_key)["KeyMetadata"]
    assert metadata["CloudHsmClusterId"] == restored.id
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def test_cluster_that_is_not_related(
    kms: KmsMock, update: Any, hsm_store: str, refusal: Any
) -> None:
    """CloudHsmClusterNotRelatedException."""
    other = kms.cloudhsm_cluster()

    code, _ = refusal(update, CustomKeyStoreId=hsm_store, CloudHsmClusterId=other.id)

    assert code == "CloudHsmClusterNotRelatedException"


def test_new_cluster_must_be_fit(
    kms: KmsMock, update: Any, cluster: CloudHsmCluster, hsm_store: str, refusal: Any
) -> None:
    """It must be there, be active and have two HSMs, as for a new store."""
    related = kms.cloudhsm_cluster(related_to=cluster, hsms=1)
    change = {"CustomKeyStoreId": hsm_store, "CloudHsmClusterId": related.id}

    assert refusal(update, **change)[0] == "CloudHsmClusterInvalidConfigurationException"
    related.active = False
    assert refusal(update, **change)[0] == "CloudHsmClusterNotActiveException"
    related.delete()
    assert refusal(update, **change)[0] == "CloudHsmClusterNotFoundException"

"""CreateCustomKeyStore: what it makes, and each of its errors."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_kmsmock import CloudHsmCluster, KmsMock, XksProxy
from pytest_kmsmock.service.rules.proxies import TROUBLES

pytestmark = pytest.mark.usefixtures("newest_model")


def test_new_cloudhsm_store_is_disconnected(
    client: Any, cluster: CloudHsmCluster, hsm_store: str, described: Any
) -> None:
    """Its password is not shown."""
    entry = described(hsm_store)

    assert re.fullmatch("cks-[0-9a-f]{17}", hsm_store)
    del entry["CreationDate"]
    assert entry == {
        "CustomKeyStoreId": hsm_store,
        "CustomKeyStoreName": "hsm",
        "CustomKeyStoreType": "AWS_CLOUDHSM",
        "CloudHsmClusterId": cluster.id,
        "TrustAnchorCertificate": cluster.trust_anchor,
        "ConnectionState": "DISCONNECTED",
    }


def test_new_external_store_is_disconnected(
    proxy: XksProxy, xks_store: str, described: Any
) -> None:
    """Its secret access key is not shown."""
    entry = described(xks_store)

    del entry["CreationDate"]
    assert entry == {
        "CustomKeyStoreId": xks_store,
        "CustomKeyStoreName": "xks",
        "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
        "ConnectionState": "DISCONNECTED",
        "XksProxyConfiguration": {
            "Connectivity": "PUBLIC_ENDPOINT",
            "AccessKeyId": proxy.access_key_id,
            "UriEndpoint": proxy.endpoint,
            "UriPath": proxy.path,
        },
    }


def test_store_behind_a_vpc_endpoint_service_shows_it(
    client: Any, vpc_proxy: XksProxy, described: Any
) -> None:
    """The owner of the service is the caller's account unless another is named."""
    parameters = vpc_proxy.parameters
    del parameters["XksProxyVpcEndpointServiceOwner"]
    created = client.create_custom_key_store(CustomKeyStoreName="vpc", **parameters)

    configuration = described(created["CustomKeyStoreId"])["XksProxyConfiguration"]
    assert configuration["Connectivity"] == "VPC_ENDPOINT_SERVICE"
    assert configuration["VpcEndpointServiceName"] == vpc_proxy.service_name
    assert configuration["VpcEndpointServiceOwner"] == "123456789012"


def test_cloudhsm_is_the_default_type(client: Any, cluster: CloudHsmCluster) -> None:
    """CustomKeyStoreType may be left out."""
    parameters = cluster.parameters
    del parameters["CustomKeyStoreType"]

    assert client.create_custom_key_store(CustomKeyStoreName="hsm", **parameters)


def test_repeated_request_returns_the_store_that_is_there(
    client: Any, cluster: CloudHsmCluster, hsm_store: str, refusal: Any
) -> None:
    """AWS takes it for a retry, as long as that store is disconnected."""
    repeated = {"CustomKeyStoreName": "hsm", **cluster.parameters}
    assert client.create_custom_key_store(**repeated)["CustomKeyStoreId"] == hsm_store

    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)

    assert refusal(client.create_custom_key_store, **repeated)[0] == (
        "CustomKeyStoreNameInUseException"
    )


def test_name_belongs_to_one_store(
    client: Any, proxy: XksProxy, hsm_store: str, refusal: Any
) -> None:
    """CustomKeyStoreNameInUseException, whatever the types are."""
    code, text = refusal(
        client.create_custom_key_store, CustomKeyStoreName="hsm", **proxy.parameters
    )

    assert code == "CustomKeyStoreNameInUseException"
    assert "hsm" in text


def test_tenth_store_is_the_last(kms: KmsMock, client: Any, refusal: Any) -> None:
    """LimitExceededException above the quota, both types together."""
    for number in range(10):
        outside = kms.xks_proxy() if number % 2 else kms.cloudhsm_cluster()
        client.create_custom_key_store(CustomKeyStoreName=str(number), **outside.parameters)

    code, text = refusal(
        client.create_custom_key_store,
        CustomKeyStoreName="one too many",
        **kms.xks_proxy().parameters,
    )
    assert code == "LimitExceededException"
    assert "10" in text

    kms.quotas.custom_key_stores = 11
    client.create_custom_key_store(CustomKeyStoreName="11", **kms.xks_proxy().parameters)


@pytest.mark.parametrize(
    "left_out", ["CloudHsmClusterId", "TrustAnchorCertificate", "KeyStorePassword"]
)
def test_cloudhsm_store_needs_all_of_its_parameters(
    client: Any, cluster: CloudHsmCluster, refusal: Any, left_out: str
) -> None:
    """The text names what is missing."""
    parameters = cluster.parameters
    del parameters[left_out]

    assert refusal(client.create_custom_key_store, CustomKeyStoreName="hsm", **parameters) == (
        "ValidationException",
        f"{left_out} is required for CustomKeyStoreType AWS_CLOUDHSM.",
    )


@pytest.mark.parametrize(
    "left_out",
    [
        "XksProxyConnectivity",
        "XksProxyUriEndpoint",
        "XksProxyUriPath",
        "XksProxyAuthenticationCredential",
        "XksProxyVpcEndpointServiceName",
    ],
)
def test_external_store_needs_all_of_its_parameters(
    client: Any, vpc_proxy: XksProxy, refusal: Any, left_out: str
) -> None:
    """The name of the service only if there is one."""
    parameters = vpc_proxy.parameters
    del parameters[left_out]

    code, text = refusal(client.create_custom_key_store, CustomKeyStoreName="xks", **parameters)

    assert code == "ValidationException"
    assert text.startswith(f"{left_out} is required")


def test_parameters_of_the_other_type_are_refused(
    client: Any, cluster: CloudHsmCluster, proxy: XksProxy, vpc_proxy: XksProxy, refusal: Any
) -> None:
    """ValidationException, and likewise a VPC endpoint service of a public endpoint."""
    service = {"XksProxyVpcEndpointServiceName": vpc_proxy.service_name}
    for parameters, other in (
        (cluster.parameters, {"XksProxyUriPath": proxy.path}),
        (cluster.parameters, service),
        (proxy.parameters, {"KeyStorePassword": cluster.password}),
        (proxy.parameters, service),
    ):
        [name] = other
        code, text = refusal(
            client.create_custom_key_store, CustomKeyStoreName="new", **parameters, **other
        )
        assert code == "ValidationException"
        assert text.startswith(f"{name} is not valid")


def test_secrets_are_not_printed(
    kms: KmsMock, client: Any, cluster: CloudHsmCluster, proxy: XksProxy
) -> None:
    """Neither the password nor the credential, in a failing test's report."""
    client.create_custom_key_store(CustomKeyStoreName="hsm", **cluster.parameters)
    client.create_custom_key_store(CustomKeyStoreName="xks", **proxy.parameters)

    printed = " ".join(map(repr, kms.calls))
    for secret in (cluster.password, proxy.access_key_id, proxy.secret_access_key):
        assert secret not in printed
    assert cluster.id in printed


# CloudHSM clusters.


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


# External key store proxies.

TROUBLED = [
    ("reachable", False, "unreachable"),
    ("tls_valid", False, "tls"),
    ("path", "/elsewhere/kms/xks/v1", "path"),
    ("access_key_id", "Z" * 20, "credentials"),
    ("secret_access_key", "z" * 43, "credentials"),
    *(
        ("answers", answer, answer)
        for answer in ("late", "never", "nonsense", "denied", "unhealthy")
    ),
]


@pytest.mark.parametrize(("name", "value", "trouble"), TROUBLED)
def test_proxy_is_asked_for_its_health(
    client: Any, proxy: XksProxy, refusal: Any, name: str, value: Any, trouble: str
) -> None:
    """A public endpoint must answer before the store exists."""
    parameters = proxy.parameters
    setattr(proxy, name, value)

    found = TROUBLES[trouble]
    assert found.managed is not None
    assert refusal(client.create_custom_key_store, CustomKeyStoreName="xks", **parameters) == (
        found.managed.__name__,
        found.managed_words or found.words,
    )
    assert client.describe_custom_key_stores()["CustomKeyStores"] == []


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        (
            "late",
            "XksProxyUriUnreachableException",
            "AWS KMS cannot communicate with the external key store proxy. This might be a "
            "transient network issue.",
        ),
        (
            "nonsense",
            "XksProxyInvalidResponseException",
            "AWS KMS cannot interpret the response from the external key store proxy.",
        ),
        (
            "unhealthy",
            "XksProxyUriUnreachableException",
            "The external key store proxy is in an unhealthy state.",
        ),
    ],
)
def test_words_of_a_proxy_in_trouble(
    client: Any, proxy: XksProxy, refusal: Any, answer: Any, code: str, text: str
) -> None:
    """Source: KMS Developer Guide, "Troubleshooting external key stores"."""
    proxy.answers = answer

    found = refusal(client.create_custom_key_store, CustomKeyStoreName="xks", **proxy.parameters)

    assert found[0] == code
    assert found[1].startswith(text)


def test_endpoint_where_nobody_is(client: Any, proxy: XksProxy, refusal: Any) -> None:
    """XksProxyUriUnreachableException."""
    parameters = proxy.parameters
    proxy.delete()

    code, _ = refusal(client.create_custom_key_store, CustomKeyStoreName="xks", **parameters)

    assert code == "XksProxyUriUnreachableException"


def test_proxy_in_a_vpc_is_asked_when_the_store_is_connected(
    client: Any, vpc_proxy: XksProxy
) -> None:
    """There is no way to it before."""
    vpc_proxy.reachable = False

    assert client.create_custom_key_store(CustomKeyStoreName="vpc", **vpc_proxy.parameters)


def test_vpc_endpoint_service_must_be_there(client: Any, vpc_proxy: XksProxy, refusal: Any) -> None:
    """XksProxyVpcEndpointServiceNotFoundException, also if it is another account's."""
    parameters = vpc_proxy.parameters
    vpc_proxy.service_owner = "210987654321"
    expected = "XksProxyVpcEndpointServiceNotFoundException"

    code, _ = refusal(client.create_custom_key_store, CustomKeyStoreName="vpc", **parameters)
    assert code == expected

    vpc_proxy.delete()
    code, _ = refusal(client.create_custom_key_store, CustomKeyStoreName="vpc", **parameters)
    assert code == expected


def test_vpc_endpoint_service_must_meet_the_requirements(
    client: Any, vpc_proxy: XksProxy, refusal: Any
) -> None:
    """Its private DNS name, the endpoint of the store, is one of them."""
    parameters = vpc_proxy.parameters
    elsewhere = parameters | {"XksProxyUriEndpoint": "https://elsewhere.example.com"}
    expected = "XksProxyVpcEndpointServiceInvalidConfigurationException"

    code, _ = refusal(client.create_custom_key_store, CustomKeyStoreName="vpc", **elsewhere)
    assert code == expected

    vpc_proxy.service_valid = False
    code, _ = refusal(client.create_custom_key_store, CustomKeyStoreName="vpc", **parameters)
    assert code == expected


def test_uri_belongs_to_one_store(
    client: Any, proxy: XksProxy, xks_store: str, refusal: Any
) -> None:
    """XksProxyUriInUseException: the endpoint together with the path."""
    code, text = refusal(
        client.create_custom_key_store, CustomKeyStoreName="other", **proxy.parameters
    )

    assert code == "XksProxyUriInUseException"
    assert xks_store in text


def test_public_endpoint_may_have_several_paths(
    kms: KmsMock, client: Any, proxy: XksProxy, xks_store: str
) -> None:
    """Only the whole URI must be unique."""
    other = kms.xks_proxy(endpoint=proxy.endpoint, path="/other/kms/xks/v1")

    assert client.create_custom_key_store(CustomKeyStoreName="other", **other.parameters)


def test_private_endpoint_belongs_to_one_store(
    kms: KmsMock, client: Any, proxy: XksProxy, xks_store: str, refusal: Any
) -> None:
    """XksProxyUriEndpointInUseException, whichever of the two is in a VPC."""
    private = kms.xks_proxy(
        connectivity="VPC_ENDPOINT_SERVICE", endpoint=proxy.endpoint, path="/other/kms/xks/v1"
    )

    code, _ = refusal(
        client.create_custom_key_store, CustomKeyStoreName="other", **private.parameters
    )

    assert code == "XksProxyUriEndpointInUseException"


def test_vpc_endpoint_service_belongs_to_one_store(
    client: Any, vpc_proxy: XksProxy, refusal: Any
) -> None:
    """XksProxyVpcEndpointServiceInUseException."""
    parameters = vpc_proxy.parameters
    client.create_custom_key_store(CustomKeyStoreName="vpc", **parameters)
    parameters["XksProxyUriEndpoint"] = "https://other.example.com"

    code, _ = refusal(client.create_custom_key_store, CustomKeyStoreName="other", **parameters)

    assert code == "XksProxyVpcEndpointServiceInUseException"

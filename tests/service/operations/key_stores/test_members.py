"""Members of requests on custom key stores that go together, or do not."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import CloudHsmCluster, XksProxy

pytestmark = pytest.mark.usefixtures("newest_model")


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


def test_moving_takes_an_endpoint_and_a_service(
    update: Any, vpc_proxy: XksProxy, xks_store: str, refusal: Any
) -> None:
    """ValidationException without them, or with a service for a public endpoint."""
    service = {"XksProxyVpcEndpointServiceName": vpc_proxy.service_name}
    endpoint = {"XksProxyUriEndpoint": vpc_proxy.endpoint}
    connectivity = {"XksProxyConnectivity": "VPC_ENDPOINT_SERVICE"}
    for change in (connectivity | service, connectivity | endpoint, service):
        code, _ = refusal(update, CustomKeyStoreId=xks_store, **change)
        assert code == "ValidationException"

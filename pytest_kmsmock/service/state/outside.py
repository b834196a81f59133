"""
What custom key stores meet outside of KMS: CloudHSM clusters, proxies, external keys.

No real one exists, so the author of a test says what they are like; the service
asks. The values are frozen. Source: KMS Developer Guide, "Troubleshooting an AWS
CloudHSM key store" and "Troubleshooting external key stores", whose texts these are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

import attrs

from ..api.errors import (
    KmsError,
    XksProxyIncorrectAuthenticationCredentialException,
    XksProxyInvalidConfigurationException,
    XksProxyInvalidResponseException,
    XksProxyUriUnreachableException,
    XksProxyVpcEndpointServiceInvalidConfigurationException,
    XksProxyVpcEndpointServiceNotFoundException,
)
from ..values.key_store import ClusterSettings, Connectivity, KeyStore, ProxySettings

# HSMs that a cluster needs to take a store or a key, and to be connected.
HSMS_TO_CREATE: Final = 2
HSMS_TO_CONNECT: Final = 1

Answer = Literal[
    "well", "late", "never", "nonsense", "denied", "unhealthy", "unsupported", "corrupt"
]


@attrs.frozen(kw_only=True)
class Cluster:
    """
    A CloudHSM cluster.

    Attributes:
        trust_anchor: The text of its customerCA.crt.
        history: The same in clusters that share a backup history.
        password: Of its crypto user kmsuser.
        hsms: How many active HSMs it has.
        connection_error: Why it cannot be connected, one of `CLUSTER_ERRORS`.
    """

    account: str
    region: str
    cluster_id: str
    trust_anchor: str = attrs.field(repr=False)
    history: str
    password: str = attrs.field(repr=False)
    active: bool = True
    hsms: int = 2
    reachable: bool = True
    connection_error: str | None = None


@attrs.frozen(kw_only=True)
class ProxyKey:
    """
    A key of an external key manager.

    Attributes:
        secret: 32 bytes.
        status: ``ENABLED`` or what else its manager says.
        usage: Some of ``ENCRYPT``, ``DECRYPT`` and whatever else there is.
    """

    key_id: str
    secret: bytes = attrs.field(repr=False)
    spec: str = "AES_256"
    status: str = "ENABLED"
    usage: tuple[str, ...] = ("ENCRYPT", "DECRYPT")


@attrs.frozen(kw_only=True)
class Proxy:
    """
    An external key store proxy, with the keys that it reaches.

    Attributes:
        service_name: Of its VPC endpoint service; None with a public endpoint.
        service_owner: The account of that service.
        service_valid: It meets the requirements.
        tls_valid: KMS can set up a TLS connection to it.
        answers: How it answers.
        connection_error: Why it cannot be connected, one of `PROXY_ERRORS`.
    """

    number: int
    connectivity: Connectivity
    endpoint: str
    path: str
    access_key_id: str = attrs.field(repr=False)
    secret_access_key: str = attrs.field(repr=False)
    service_name: str | None = None
    service_owner: str | None = None
    service_valid: bool = True
    reachable: bool = True
    tls_valid: bool = True
    answers: Answer = "well"
    keys: Mapping[str, ProxyKey] = attrs.field(factory=dict, repr=False)
    connection_error: str | None = None


class Outside:
    """
    All clusters and proxies.

    Attributes:
        clusters: By ID.
        proxies: By number.
    """

    def __init__(self) -> None:
        self.clusters: dict[str, Cluster] = {}
        self.proxies: dict[int, Proxy] = {}

    def copy(self) -> Outside:
        copied = Outside()
        copied.clusters = self.clusters.copy()
        copied.proxies = self.proxies.copy()
        return copied


class Trouble(NamedTuple):
    """
    What is wrong with a proxy, as KMS says it.

    Attributes:
        words: The text of the error.
        managed: The error of an operation on the store; None if it does not notice.
        managed_words: Its text, None if it is *words*.
        code: The connection's error code.
    """

    words: str
    managed: type[KmsError] | None = None
    managed_words: str | None = None
    code: str | None = None


_UNREACHABLE: Final = (
    "AWS KMS cannot communicate with the external key store proxy. Verify that your external "
    "key store proxy is active and is connected to the network, and that its URI path and "
    "endpoint URI or VPC service name are correct in your external key store."
)
TROUBLES: Final[Mapping[str, Trouble]] = {
    "service missing": Trouble(
        _UNREACHABLE,
        XksProxyVpcEndpointServiceNotFoundException,
        "AWS KMS could not find the specified VPC endpoint service. Verify its name and owner, "
        "and that it allows the AWS KMS service principal for the Region.",
        "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND",
    ),
    "service invalid": Trouble(
        _UNREACHABLE,
        XksProxyVpcEndpointServiceInvalidConfigurationException,
        "The VPC endpoint service does not fulfill the requirements for an external key store. "
        "Verify its configuration, and that its private DNS name is the endpoint of the "
        "external key store.",
        "XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION",
    ),
    "unreachable": Trouble(
        _UNREACHABLE, XksProxyUriUnreachableException, None, "XKS_PROXY_NOT_REACHABLE"
    ),
    "tls": Trouble(
        "AWS KMS cannot establish a TLS connection to the external key store proxy. Verify the "
        "TLS configuration, including its certificate.",
        XksProxyInvalidConfigurationException,
        None,
        "XKS_PROXY_INVALID_TLS_CONFIGURATION",
    ),
    "path": Trouble(
        "The external key store proxy rejected the request because of an invalid URI path. "
        "Verify the URI path for your external key store and update if necessary.",
        XksProxyInvalidConfigurationException,
        None,
        "XKS_PROXY_INVALID_CONFIGURATION",
    ),
    "credentials": Trouble(
        "The external key store proxy rejected the request because it could not authenticate "
        "AWS KMS. Verify the credentials for your external key store and update if necessary.",
        XksProxyIncorrectAuthenticationCredentialException,
        None,
        "INVALID_CREDENTIALS",
    ),
    # How it answers.
    "late": Trouble(
        "AWS KMS rejected the request because the external key store proxy did not respond in "
        "time. Retry the request. If you see this error repeatedly, report it to your external "
        "key store proxy administrator.",
        XksProxyUriUnreachableException,
        "AWS KMS cannot communicate with the external key store proxy. This might be a "
        "transient network issue. If you see this error repeatedly, verify that your external "
        "key store proxy is active and is connected to the network, and that its endpoint URI "
        "is correct in your external key store.",
        "XKS_PROXY_TIMED_OUT",
    ),
    "never": Trouble(
        "The external key store proxy did not respond to the request in the time allotted. "
        "Retry the request. If you see this error repeatedly, report it to your external key "
        "store proxy administrator.",
        XksProxyUriUnreachableException,
        None,
        "XKS_PROXY_TIMED_OUT",
    ),
    "nonsense": Trouble(
        "AWS KMS cannot interpret the response from the external key store proxy. If you see "
        "this error repeatedly, consult your external key store proxy administrator.",
        XksProxyInvalidResponseException,
        None,
        "XKS_PROXY_INVALID_RESPONSE",
    ),
    "denied": Trouble(
        "The external key store proxy denied access to the operation. Verify that the user and "
        "the external key are both authorized for this operation, and try the request again.",
        XksProxyInvalidConfigurationException,
        None,
        "XKS_PROXY_ACCESS_DENIED",
    ),
    "unhealthy": Trouble(
        "The external key store proxy is in an unhealthy state. If you see this message "
        "repeatedly, notify your external key store proxy administrator.",
        XksProxyUriUnreachableException,
        None,
        "XKS_PROXY_NOT_REACHABLE",
    ),
    "unsupported": Trouble(
        "The external key store proxy rejected the request because it does not support the "
        "requested cryptographic operation."
    ),
}
SERVICE_TROUBLES: Final = (TROUBLES["service missing"], TROUBLES["service invalid"])


def cluster_of(
    outside: Outside, account: str, region: str, settings: ClusterSettings
) -> Cluster | None:
    """Return the cluster that *settings* mean, None if the caller has no such cluster."""
    found = outside.clusters.get(settings.cluster_id)
    if found is None or (found.account, found.region) != (account, region):
        return None
    return found


def has_contact(cluster: Cluster | None) -> bool:
    """Tell whether KMS can work with *cluster*, once it is connected."""
    return (
        cluster is not None
        and cluster.active
        and cluster.reachable
        and cluster.hsms >= HSMS_TO_CONNECT
    )


def proxy_of(outside: Outside, settings: ProxySettings) -> Proxy | None:
    """Return the proxy that *settings* lead to, by another path if there is none by theirs."""
    if settings.connectivity == "VPC_ENDPOINT_SERVICE":
        where, fields = (settings.service_name, settings.service_owner), _service
    else:
        where, fields = (settings.endpoint, settings.connectivity), _public_endpoint
    candidates = [each for each in list(outside.proxies.values()) if fields(each) == where]
    return min(candidates, key=lambda each: each.path != settings.path, default=None)


def _service(proxy: Proxy) -> tuple[str | None, str | None]:
    return proxy.service_name, proxy.service_owner


def _public_endpoint(proxy: Proxy) -> tuple[str | None, str | None]:
    return proxy.endpoint, proxy.connectivity


def trouble_with_proxy(outside: Outside, settings: ProxySettings) -> Trouble | None:
    """Return what KMS meets when it asks the proxy of *settings* something, None if all is well."""
    is_public = settings.connectivity == "PUBLIC_ENDPOINT"
    proxy = proxy_of(outside, settings)
    if proxy is None:
        return TROUBLES["unreachable" if is_public else "service missing"]
    credentials = (proxy.access_key_id, proxy.secret_access_key)
    # In the order in which KMS comes across them.
    holds = {
        "service invalid": is_public
        or (proxy.service_valid and proxy.endpoint == settings.endpoint),
        "unreachable": proxy.reachable,
        "tls": proxy.tls_valid,
        "path": proxy.path == settings.path,
        "credentials": credentials == (settings.access_key_id, settings.secret_access_key),
        proxy.answers: proxy.answers not in TROUBLES,
    }
    return next((TROUBLES[name] for name, is_well in holds.items() if not is_well), None)


def connection_error(outside: Outside, store: KeyStore) -> str | None:
    """Return why *store* cannot be connected, None if it can."""
    if store.cluster is not None:
        cluster = cluster_of(outside, store.account, store.region, store.cluster)
        return _cluster_error(cluster, store.cluster)
    assert store.proxy is not None
    proxy = proxy_of(outside, store.proxy)
    if proxy is not None and proxy.connection_error is not None:
        return proxy.connection_error
    trouble = trouble_with_proxy(outside, store.proxy)
    return None if trouble is None else trouble.code


def _cluster_error(cluster: Cluster | None, settings: ClusterSettings) -> str | None:
    if cluster is None:
        return "CLUSTER_NOT_FOUND"
    if cluster.connection_error is not None:
        return cluster.connection_error
    if not (cluster.active and cluster.reachable):
        return "NETWORK_ERRORS"
    if cluster.hsms < HSMS_TO_CONNECT:
        return "INSUFFICIENT_CLOUDHSM_HSMS"
    return None if cluster.password == settings.password else "INVALID_CREDENTIALS"

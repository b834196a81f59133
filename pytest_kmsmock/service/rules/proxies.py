"""
What KMS meets when it asks an external key store proxy something: the table of troubles.

Source: KMS Developer Guide, "Troubleshooting external key stores", whose texts these are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from ..api.errors import (
    KmsError,
    XksProxyIncorrectAuthenticationCredentialException,
    XksProxyInvalidConfigurationException,
    XksProxyInvalidResponseException,
    XksProxyUriUnreachableException,
    XksProxyVpcEndpointServiceInvalidConfigurationException,
    XksProxyVpcEndpointServiceNotFoundException,
)
from ..values.key_store import ProxySettings
from ..values.proxy import Proxy


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
# What is not the proxy's trouble, but that of the key behind it.
KEY_NOT_FOUND: Final = (
    "The external key store proxy rejected the request because it could not find the external key."
)
KEY_NOT_ENABLED: Final = (
    "The external key store proxy rejected the request because the external key is not enabled "
    "in the external key manager."
)
USE_NOT_SUPPORTED: Final = (
    "The external key store proxy rejected the request because the external key does not "
    "support the requested operation."
)


def trouble_with(proxy: Proxy | None, settings: ProxySettings) -> Trouble | None:
    """
    Return what KMS meets when it asks by *settings*, None if all is well.

    Args:
        proxy: The one that *settings* lead to, None if there is none.
    """
    is_public = settings.connectivity == "PUBLIC_ENDPOINT"
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


def connection_error(proxy: Proxy | None, settings: ProxySettings) -> str | None:
    """Return why a store with *settings* cannot be connected, None if it can."""
    if proxy is not None and proxy.connection_error is not None:
        return proxy.connection_error
    trouble = trouble_with(proxy, settings)
    return None if trouble is None else trouble.code

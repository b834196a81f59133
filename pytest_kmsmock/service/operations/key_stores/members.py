"""Members of requests on custom key stores that go together, or do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...api.errors import ValidationException
from ...serving.request import Params
from ...values.key_store import StoreType

VPC: Final = "VPC_ENDPOINT_SERVICE"
_SERVICE: Final = ("XksProxyVpcEndpointServiceName", "XksProxyVpcEndpointServiceOwner")
_REQUIRED: Final[Mapping[StoreType, tuple[str, ...]]] = {
    "AWS_CLOUDHSM": ("CloudHsmClusterId", "KeyStorePassword", "TrustAnchorCertificate"),
    "EXTERNAL_KEY_STORE": (
        "XksProxyConnectivity",
        "XksProxyUriEndpoint",
        "XksProxyUriPath",
        "XksProxyAuthenticationCredential",
    ),
}


def check_members(kind: StoreType, params: Params) -> None:
    for name in _REQUIRED[kind]:
        if name not in params:
            raise missing(name, f"CustomKeyStoreType {kind}")
    for other, names in _REQUIRED.items():
        for name in names if other != kind else ():
            if name in params:
                raise not_valid(name, f"CustomKeyStoreType {kind}")
    if kind == "EXTERNAL_KEY_STORE":
        service = params.get("XksProxyVpcEndpointServiceName")
        check_service(params["XksProxyConnectivity"], service, params)
    else:
        _refuse_any(_SERVICE, params, f"CustomKeyStoreType {kind}")


def check_service(connectivity: str, name: str | None, params: Params) -> None:
    if connectivity != VPC:
        _refuse_any(_SERVICE, params, f"XksProxyConnectivity {connectivity}")
    elif name is None:
        raise missing("XksProxyVpcEndpointServiceName", f"XksProxyConnectivity {connectivity}")


def _refuse_any(names: tuple[str, ...], params: Params, what: str) -> None:
    for name in names:
        if name in params:
            raise not_valid(name, what)


def missing(name: str, what: str) -> ValidationException:
    return ValidationException(f"{name} is required for {what}.")


def not_valid(name: str, what: str) -> ValidationException:
    return ValidationException(f"{name} is not valid for {what}.")

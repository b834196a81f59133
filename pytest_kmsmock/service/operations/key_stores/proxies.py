"""Proxies of external key stores that requests on custom key stores name."""

from __future__ import annotations

from ...rules.proxies import SERVICE_TROUBLES, trouble_with
from ...serving.request import Request
from ...values.key_store import ProxySettings
from .members import VPC, check_service, missing


def proxy_settings(request: Request) -> ProxySettings:
    params = request.params
    credential = params["XksProxyAuthenticationCredential"]
    is_public = params["XksProxyConnectivity"] != VPC
    owner = params.get("XksProxyVpcEndpointServiceOwner", request.account)
    return ProxySettings(
        connectivity=params["XksProxyConnectivity"],
        endpoint=params["XksProxyUriEndpoint"],
        path=params["XksProxyUriPath"],
        access_key_id=credential["AccessKeyId"],
        secret_access_key=credential["RawSecretAccessKey"],
        service_name=params.get("XksProxyVpcEndpointServiceName"),
        service_owner=None if is_public else owner,
    )


def updated_proxy(request: Request, settings: ProxySettings) -> ProxySettings:
    params = request.params
    connectivity = params.get("XksProxyConnectivity", settings.connectivity)
    is_public = connectivity != VPC
    if connectivity != settings.connectivity and "XksProxyUriEndpoint" not in params:
        raise missing("XksProxyUriEndpoint", f"a change of XksProxyConnectivity to {connectivity}")
    credential = params.get("XksProxyAuthenticationCredential", {})
    name = params.get("XksProxyVpcEndpointServiceName", settings.service_name)
    owner = params.get("XksProxyVpcEndpointServiceOwner", settings.service_owner)
    check_service(connectivity, name, params)
    return ProxySettings(
        connectivity=connectivity,
        endpoint=params.get("XksProxyUriEndpoint", settings.endpoint),
        path=params.get("XksProxyUriPath", settings.path),
        access_key_id=credential.get("AccessKeyId", settings.access_key_id),
        secret_access_key=credential.get("RawSecretAccessKey", settings.secret_access_key),
        service_name=None if is_public else name,
        service_owner=None if is_public else owner or request.account,
    )


def check_reached(request: Request, settings: ProxySettings, *, is_contacted: bool) -> None:
    """Raise unless KMS finds the proxy; it asks for its health only if *is_contacted*."""
    trouble = trouble_with(request.state.backings.proxy(settings), settings)
    if trouble is None or trouble.managed is None:
        return
    if is_contacted or trouble in SERVICE_TROUBLES:
        raise trouble.managed(trouble.managed_words or trouble.words)

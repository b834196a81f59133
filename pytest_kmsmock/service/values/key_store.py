"""
Custom key stores: the values that the registry holds, and how they connect.

All are frozen. To change one, `attrs.evolve` it and put it back. Source: KMS API
Reference, CustomKeyStoresListEntry.
"""

from __future__ import annotations

from typing import ClassVar, Final, Literal, TypeAlias

import attrs

StoreType = Literal["AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"]
Connectivity = Literal["PUBLIC_ENDPOINT", "VPC_ENDPOINT_SERVICE"]
ConnectionState = Literal["CONNECTED", "CONNECTING", "FAILED", "DISCONNECTED", "DISCONNECTING"]

# Why a store could not be connected. Source: KMS API Reference, ConnectionErrorCode.
CLUSTER_ERRORS: Final = (
    "INTERNAL_ERROR",
    "NETWORK_ERRORS",
    "CLUSTER_NOT_FOUND",
    "INSUFFICIENT_CLOUDHSM_HSMS",
    "INSUFFICIENT_FREE_ADDRESSES_IN_SUBNET",
    "INVALID_CREDENTIALS",
    "SUBNET_NOT_FOUND",
    "USER_LOCKED_OUT",
    "USER_LOGGED_IN",
    "USER_NOT_FOUND",
)
PROXY_ERRORS: Final = (
    "INTERNAL_ERROR",
    "NETWORK_ERRORS",
    "INVALID_CREDENTIALS",
    "XKS_PROXY_ACCESS_DENIED",
    "XKS_PROXY_INVALID_CONFIGURATION",
    "XKS_PROXY_INVALID_RESPONSE",
    "XKS_PROXY_INVALID_TLS_CONFIGURATION",
    "XKS_PROXY_NOT_REACHABLE",
    "XKS_PROXY_TIMED_OUT",
    "XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION",
    "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND",
)


@attrs.frozen(kw_only=True)
class ClusterSettings:
    """What an AWS_CLOUDHSM store was told of its cluster."""

    cluster_id: str
    trust_anchor: str = attrs.field(repr=False)
    password: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class ProxySettings:
    """
    What an EXTERNAL_KEY_STORE was told of its proxy.

    Attributes:
        service_name: Of the VPC endpoint service; None with a public endpoint.
        service_owner: Its account, likewise.
    """

    connectivity: Connectivity
    endpoint: str
    path: str
    access_key_id: str = attrs.field(repr=False)
    secret_access_key: str = attrs.field(repr=False)
    service_name: str | None = None
    service_owner: str | None = None


@attrs.frozen(kw_only=True)
class _KeyStore:
    """
    What custom key stores of both types have. Times are seconds since the epoch.

    Attributes:
        store_id: ``cks-…``.
        error: Why it is FAILED; None in every other state.
        transition_ends: When CONNECTING or DISCONNECTING is over.
    """

    account: str
    region: str
    store_id: str
    name: str
    creation_date: float
    state: ConnectionState = "DISCONNECTED"
    error: str | None = None
    transition_ends: float | None = None


@attrs.frozen(kw_only=True)
class CloudHsmKeyStore(_KeyStore):
    """A custom key store that a CloudHSM cluster backs."""

    type: ClassVar[StoreType] = "AWS_CLOUDHSM"

    cluster: ClusterSettings

    @property
    def cluster_id(self) -> str:
        """The ID of its cluster."""
        return self.cluster.cluster_id


@attrs.frozen(kw_only=True)
class ExternalKeyStore(_KeyStore):
    """A custom key store that a proxy backs, and an external key manager behind it."""

    type: ClassVar[StoreType] = "EXTERNAL_KEY_STORE"
    cluster_id: ClassVar[None] = None

    proxy: ProxySettings


KeyStore: TypeAlias = CloudHsmKeyStore | ExternalKeyStore


def connect(store: KeyStore, ends: float) -> KeyStore:
    """Return *store* on its way to be connected, until *ends*."""
    return attrs.evolve(store, state="CONNECTING", transition_ends=ends)


def disconnect(store: KeyStore, ends: float) -> KeyStore:
    """Return *store* on its way to be disconnected, until *ends*."""
    return attrs.evolve(store, state="DISCONNECTING", error=None, transition_ends=ends)


def end_transition(store: KeyStore, error: str | None) -> KeyStore:
    """Return *store* arrived; *error* is why it cannot be connected."""
    if store.state == "DISCONNECTING":
        return attrs.evolve(store, state="DISCONNECTED", transition_ends=None)
    state: ConnectionState = "CONNECTED" if error is None else "FAILED"
    return attrs.evolve(store, state=state, error=error, transition_ends=None)

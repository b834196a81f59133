"""Samples of the values that the service holds, for tests of what becomes of one."""

from __future__ import annotations

from typing import Any, Final

from pytest_kmsmock.service.values.cluster import Cluster
from pytest_kmsmock.service.values.grant import Grant
from pytest_kmsmock.service.values.identifiers import key_arn_prefix
from pytest_kmsmock.service.values.key import KeyMaterial, KmsKey, Stored
from pytest_kmsmock.service.values.key_store import (
    CloudHsmKeyStore,
    ClusterSettings,
    ExternalKeyStore,
    ProxySettings,
)
from pytest_kmsmock.service.values.proxy import Proxy, ProxyKey
from pytest_kmsmock.service.values.specs import KEY_SPECS, KeySpecName

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"
NOW: Final = 1_700_000_000.0
DAY: Final = 86_400.0
KEY_ID: Final = "01234567-89ab-4def-8123-456789abcdef"
STORE_ID: Final = "cks-0123456789abcdef0"


def material(number: int = 1, **changes: Any) -> KeyMaterial:
    """Return material of that number: 32 times the byte, which its ID begins with too."""
    return KeyMaterial(**{"id": f"{number:02x}" * 32, "secret": bytes([number] * 32), **changes})


def key(spec: KeySpecName = "SYMMETRIC_DEFAULT", **changes: Any) -> KmsKey:
    """Return an enabled key with one material, but for *changes*."""
    row = KEY_SPECS[spec]
    members: dict[str, Any] = {
        "account": ACCOUNT,
        "region": REGION,
        "key_id": KEY_ID,
        "spec": row,
        "usage": row.usual_usage,
        "origin": "AWS_KMS",
        "state": "Enabled",
        "description": "",
        "creation_date": NOW,
        "materials": (material(),),
        "policy": "{}",
    } | changes
    prefix = key_arn_prefix(members["region"], members["account"])
    return KmsKey(**{"arn": prefix + members["key_id"], **members})


def stored_key(**changes: Any) -> KmsKey:
    """Return a key in the custom key store `STORE_ID`."""
    return key(**{"origin": "AWS_CLOUDHSM", "stored": Stored(store_id=STORE_ID), **changes})


def grant(number: int = 1, *, key_arn: str | None = None, **members: Any) -> Grant:
    """Return the grant of that number, without a name, to a role that may encrypt."""
    return Grant(
        id=f"{number:064x}",
        name=members.pop("Name", ""),
        key_arn=key().arn if key_arn is None else key_arn,
        members={
            "GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:role/worker",
            "Operations": ["Encrypt"],
            **members,
        },
        issuing_account=f"arn:aws:iam::{ACCOUNT}:root",
        creation_date=NOW,
    )


def cluster(**changes: Any) -> Cluster:
    """Return a cluster that nothing is wrong with; `cluster_store` is backed by it."""
    members = {
        "account": ACCOUNT,
        "region": REGION,
        "cluster_id": "cluster-abcdefghijk",
        "trust_anchor": "the certificate",
        "history": "its history",
        "password": "the password",
    }
    return Cluster(**{**members, **changes})


def cluster_store(**changes: Any) -> CloudHsmKeyStore:
    """Return a store that is disconnected, of the cluster."""
    settings = ClusterSettings(
        cluster_id="cluster-abcdefghijk", trust_anchor="the certificate", password="the password"
    )
    members = {
        "account": ACCOUNT,
        "region": REGION,
        "store_id": STORE_ID,
        "name": "hsm",
        "creation_date": NOW,
        "cluster": settings,
    }
    return CloudHsmKeyStore(**{**members, **changes})


_PUBLIC: Final = {
    "connectivity": "PUBLIC_ENDPOINT",
    "endpoint": "https://xks.example.com",
    "path": "/kms/xks/v1",
    "access_key_id": "THE-ACCESS-KEY",
    "secret_access_key": "the secret access key",
}
_PRIVATE: Final = {
    **_PUBLIC,
    "connectivity": "VPC_ENDPOINT_SERVICE",
    "service_name": "com.amazonaws.vpce.us-east-1.vpce-svc-1",
    "service_owner": ACCOUNT,
}


def proxy(*, private: bool = False, **changes: Any) -> Proxy:
    """Return a proxy that nothing is wrong with, at a public endpoint or behind a VPC's."""
    external = ProxyKey(key_id="external", secret=b"x" * 32)
    members: dict[str, Any] = {"number": 1, "keys": {"external": external}}
    return Proxy(**{**members, **(_PRIVATE if private else _PUBLIC), **changes})


def proxy_settings(*, private: bool = False, **changes: Any) -> ProxySettings:
    """Return what a store was told of `proxy`."""
    members: dict[str, Any] = {**(_PRIVATE if private else _PUBLIC), **changes}
    return ProxySettings(**members)


def proxy_store(**changes: Any) -> ExternalKeyStore:
    """Return a store that is disconnected, behind the proxy."""
    members = {
        "account": ACCOUNT,
        "region": REGION,
        "store_id": STORE_ID,
        "name": "xks",
        "creation_date": NOW,
        "proxy": proxy_settings(),
    }
    return ExternalKeyStore(**{**members, **changes})

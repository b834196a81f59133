"""What a test holds of the world that custom key stores meet."""

from __future__ import annotations

import base64
import os
import re
import string
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, get_args, overload

import attrs

from ..doors import hook
from ..service.misuse import KmsMockError, suggestion
from ..service.state.outside import Answer, Cluster, Outside, Proxy, ProxyKey
from ..service.values.key_store import CLUSTER_ERRORS, PROXY_ERRORS, Connectivity

if TYPE_CHECKING:
    from ..backend import Backend

T = TypeVar("T")

# A failure ends at the line that used the handle.
__tracebackhide__ = True

_USES: Final = ("ENCRYPT", "DECRYPT")
_KINDS: Final[Mapping[type, str]] = {bool: "True or False", int: "a number", str: "a string"}
_ID_LETTERS: Final = string.ascii_lowercase + "234567"


def _one_of(*choices: Any) -> Callable[[str, Any], Any]:
    def check(name: str, value: Any) -> Any:
        if value not in choices:
            known = [choice for choice in choices if isinstance(choice, str)]
            raise KmsMockError(
                f"{name}={value!r} makes no sense.{suggestion(str(value), known)} "
                f"It is one of {', '.join(map(repr, choices))}."
            )
        return value

    return check


def _a(kind: type) -> Callable[[str, Any], Any]:
    def check(name: str, value: Any) -> Any:
        if type(value) is not kind:
            raise KmsMockError(f"{name}={value!r} makes no sense; write {_KINDS[kind]}.")
        return value

    return check


def _uses(name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not all(isinstance(each, str) for each in value):
        raise KmsMockError(f"{name}={value!r} makes no sense; write for example {_USES!r}.")
    return tuple(value)


class _Fact(Generic[T]):
    """
    An attribute of a handle that is one of the value that it stands for.

    Args:
        check: Checks what a test assigns.
    """

    def __init__(self, check: Callable[[str, Any], Any]) -> None:
        self._check = check

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, handle: None, owner: type) -> _Fact[T]: ...

    @overload
    def __get__(self, handle: _Handle, owner: type) -> T: ...

    def __get__(self, handle: _Handle | None, owner: type) -> _Fact[T] | T:
        if handle is None:
            return self
        value: T = getattr(handle._value, self._name)
        return value

    def __set__(self, handle: _Handle, value: T) -> None:
        __tracebackhide__ = True
        handle._change(**{self._name: self._check(self._name, value)})


class _Handle:
    """Stands for a value of the world, in the innermost active mock."""

    __slots__ = ("_where",)

    def __init__(self, *where: Any) -> None:
        self._where = where

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._where == self._where

    def __hash__(self) -> int:
        return hash(self._where)

    def _get(self, outside: Outside) -> Any:
        raise NotImplementedError

    def _put(self, outside: Outside, value: Any) -> None:
        raise NotImplementedError

    @property
    def _value(self) -> Any:
        __tracebackhide__ = True
        value = self._get(_backend().registry.outside)
        if value is None:
            raise KmsMockError(f"the mock that is active now has no {self!r}, or no more.")
        return value

    def _change(self, **changes: Any) -> None:
        __tracebackhide__ = True
        value = attrs.evolve(self._value, **changes)
        _backend().change_outside(lambda outside: self._put(outside, value))


class CloudHsmCluster(_Handle):
    """
    A CloudHSM cluster, as AWS KMS finds it.

    Attributes:
        id: ``cluster-…``.
        trust_anchor: The text of its trust anchor certificate, customerCA.crt.
        password: Of the crypto user kmsuser.
        active: It is initialized and active.
        hsms: How many active HSMs it has.
        reachable: KMS can communicate with it.
        connection_error: The code with which connecting to it fails; None if nothing
            but the other attributes decides.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<CloudHsmCluster {self.id}>"

    @property
    def id(self) -> str:
        cluster_id: str = self._where[0]
        return cluster_id

    trust_anchor = _Fact[str](_a(str))
    password = _Fact[str](_a(str))
    active = _Fact[bool](_a(bool))
    hsms = _Fact[int](_a(int))
    reachable = _Fact[bool](_a(bool))
    connection_error = _Fact[str | None](_one_of(None, *CLUSTER_ERRORS))

    @property
    def parameters(self) -> dict[str, Any]:
        """What CreateCustomKeyStore is told of it, besides the name of the store."""
        return {
            "CustomKeyStoreType": "AWS_CLOUDHSM",
            "CloudHsmClusterId": self.id,
            "TrustAnchorCertificate": self.trust_anchor,
            "KeyStorePassword": self.password,
        }

    def delete(self) -> None:
        """Delete the cluster, so that nobody finds it any more."""
        _backend().change_outside(lambda outside: outside.clusters.pop(self.id, None))

    def _get(self, outside: Outside) -> Cluster | None:
        return outside.clusters.get(self.id)

    def _put(self, outside: Outside, value: Cluster) -> None:
        outside.clusters[self.id] = value


class XksProxy(_Handle):
    """
    An external key store proxy, as AWS KMS finds it.

    Attributes:
        connectivity: ``PUBLIC_ENDPOINT`` or ``VPC_ENDPOINT_SERVICE``.
        endpoint: ``https://…``.
        path: ``/…/kms/xks/v1``.
        access_key_id: Of the credential that it accepts.
        secret_access_key: Likewise.
        service_name: Of the VPC endpoint service, None with a public endpoint.
        service_owner: The account of that service.
        service_valid: It meets the requirements of an external key store.
        reachable: KMS can communicate with it.
        tls_valid: KMS can set up a TLS connection to it.
        answers: How it answers: ``well``, ``late``, ``never``, ``nonsense``, ``denied``,
            ``unhealthy``, ``unsupported``, or ``corrupt``, which is no plaintext of ours.
        connection_error: The code with which connecting to it fails; None if nothing
            but the other attributes decides.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<XksProxy {self._where[0]}>"

    connectivity = _Fact[Connectivity](_one_of(*get_args(Connectivity)))
    endpoint = _Fact[str](_a(str))
    path = _Fact[str](_a(str))
    access_key_id = _Fact[str](_a(str))
    secret_access_key = _Fact[str](_a(str))
    service_name = _Fact[str | None](_a(str))
    service_owner = _Fact[str | None](_a(str))
    service_valid = _Fact[bool](_a(bool))
    reachable = _Fact[bool](_a(bool))
    tls_valid = _Fact[bool](_a(bool))
    answers = _Fact[Answer](_one_of(*get_args(Answer)))
    connection_error = _Fact[str | None](_one_of(None, *PROXY_ERRORS))

    @property
    def parameters(self) -> dict[str, Any]:
        """What CreateCustomKeyStore is told of it, besides the name of the store."""
        proxy = self._value
        parameters: dict[str, Any] = {
            "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
            "XksProxyConnectivity": proxy.connectivity,
            "XksProxyUriEndpoint": proxy.endpoint,
            "XksProxyUriPath": proxy.path,
            "XksProxyAuthenticationCredential": {
                "AccessKeyId": proxy.access_key_id,
                "RawSecretAccessKey": proxy.secret_access_key,
            },
        }
        if proxy.service_name is not None:
            parameters["XksProxyVpcEndpointServiceName"] = proxy.service_name
            parameters["XksProxyVpcEndpointServiceOwner"] = proxy.service_owner
        return parameters

    @property
    def keys(self) -> list[XksKey]:
        """The external keys that it reaches."""
        return [XksKey(*self._where, key_id) for key_id in self._value.keys]

    def key(self, key_id: str) -> XksKey:
        """Return its external key *key_id*."""
        if key_id not in self._value.keys:
            known = ", ".join(map(repr, self._value.keys)) or "none"
            raise KmsMockError(
                f"the proxy has no external key {key_id!r}, only {known}; "
                f"make it with proxy.add_key({key_id!r})."
            )
        return XksKey(*self._where, key_id)

    def add_key(
        self,
        key_id: str,
        *,
        spec: str = "AES_256",
        status: str = "ENABLED",
        usage: Iterable[str] = _USES,
    ) -> XksKey:
        """Make an external key, a new one if there is one of that name."""
        key = attrs.evolve(
            new_key(key_id),
            spec=_a(str)("spec", spec),
            status=_a(str)("status", status),
            usage=_uses("usage", usage),
        )
        self._change(keys={**self._value.keys, key_id: key})
        return XksKey(*self._where, key_id)

    def delete(self) -> None:
        """Take the proxy away, with its VPC endpoint service if it has one."""
        _backend().change_outside(lambda outside: outside.proxies.pop(self._where[0], None))

    def _get(self, outside: Outside) -> Proxy | None:
        return outside.proxies.get(self._where[0])

    def _put(self, outside: Outside, value: Proxy) -> None:
        outside.proxies[self._where[0]] = value


class XksKey(_Handle):
    """
    An external key, of an external key manager behind a proxy.

    Attributes:
        id: What CreateKey calls XksKeyId.
        spec: ``AES_256``, the only one that KMS takes, or another.
        status: ``ENABLED``, or what else its manager says.
        usage: ``("ENCRYPT", "DECRYPT")``, or less, or more.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<XksKey {self.id}>"

    @property
    def id(self) -> str:
        key_id: str = self._where[1]
        return key_id

    spec = _Fact[str](_a(str))
    status = _Fact[str](_a(str))
    usage = _Fact[tuple[str, ...]](_uses)

    def delete(self) -> None:
        """Delete the key, so that nobody finds it any more."""
        proxy = XksProxy(self._where[0])
        proxy._change(
            keys={name: key for name, key in proxy._value.keys.items() if name != self.id}
        )

    def _get(self, outside: Outside) -> ProxyKey | None:
        proxy = outside.proxies.get(self._where[0])
        return None if proxy is None else proxy.keys.get(self.id)

    def _put(self, outside: Outside, value: ProxyKey) -> None:
        proxy = outside.proxies[self._where[0]]
        outside.proxies[self._where[0]] = attrs.evolve(proxy, keys={**proxy.keys, self.id: value})


def new_cluster(
    backend: Backend,
    *,
    active: bool,
    hsms: int,
    password: str,
    trust_anchor: str | None,
    related_to: CloudHsmCluster | None,
    cluster_id: str | None,
    region: str,
    account: str,
) -> CloudHsmCluster:
    """Make a cluster in *backend*; see `KmsMock.cloudhsm_cluster`."""
    cluster_id = cluster_id or new_cluster_id()
    if re.fullmatch("cluster-[2-7a-zA-Z]{11,16}", cluster_id) is None:
        raise KmsMockError(
            f"cluster_id={cluster_id!r} is no ID of a cluster; write 'cluster-' and 11 to 16 "
            "letters or digits from 2 to 7."
        )
    if cluster_id in backend.registry.outside.clusters:
        raise KmsMockError(f"there is a cluster {cluster_id!r} already.")
    kin = None if related_to is None else related_to._get(backend.registry.outside)
    cluster = Cluster(
        account=account,
        region=region,
        cluster_id=cluster_id,
        trust_anchor=trust_anchor or (new_trust_anchor() if kin is None else kin.trust_anchor),
        history=cluster_id if kin is None else kin.history,
        password=_a(str)("password", password),
        active=_a(bool)("active", active),
        hsms=_a(int)("hsms", hsms),
    )
    backend.change_outside(lambda outside: outside.clusters.update({cluster.cluster_id: cluster}))
    return CloudHsmCluster(cluster_id)


def new_cluster_id() -> str:
    return "cluster-" + "".join(_ID_LETTERS[byte & 31] for byte in os.urandom(11))


def new_trust_anchor() -> str:
    """Return text that looks like a certificate; nobody reads what is in it."""
    encoded = base64.b64encode(os.urandom(480)).decode()
    lines = [encoded[start : start + 64] for start in range(0, len(encoded), 64)]
    return "\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""))


def new_proxy(
    backend: Backend,
    *,
    keys: Iterable[str],
    connectivity: Connectivity,
    endpoint: str | None,
    path: str,
    service_name: str | None,
    service_owner: str | None,
    access_key_id: str,
    secret_access_key: str,
    region: str,
    account: str,
) -> XksProxy:
    """Make a proxy in *backend*; see `KmsMock.xks_proxy`."""
    _one_of(*get_args(Connectivity))("connectivity", connectivity)
    if isinstance(keys, str):
        raise KmsMockError(f"keys={keys!r} is one name; write keys=[{keys!r}].")
    number = max(backend.registry.outside.proxies, default=0) + 1
    if connectivity == "VPC_ENDPOINT_SERVICE":
        letters = os.urandom(9).hex()[:17]
        service_name = service_name or f"com.amazonaws.vpce.{region}.vpce-svc-{letters}"
        service_owner = service_owner or account
    elif service_name is not None or service_owner is not None:
        raise KmsMockError(
            "a proxy with a public endpoint has no VPC endpoint service; write "
            "connectivity='VPC_ENDPOINT_SERVICE'."
        )
    proxy = Proxy(
        number=number,
        connectivity=connectivity,
        endpoint=endpoint or f"https://xks-{number}.example.com",
        path=path,
        access_key_id=access_key_id,
        secret_access_key=secret_access_key,
        service_name=service_name,
        service_owner=service_owner,
        keys={key_id: new_key(key_id) for key_id in keys},
    )
    backend.change_outside(lambda outside: outside.proxies.update({number: proxy}))
    return XksProxy(number)


def new_key(key_id: str) -> ProxyKey:
    """Return an external key as KMS wants it."""
    return ProxyKey(key_id=_a(str)("key_id", key_id), secret=os.urandom(32))


def _backend() -> Backend:
    """Return what answers for the innermost active mock."""
    backend = hook.active_backend()
    if backend is None:
        raise KmsMockError(
            "no mock of KMS is active; use a cluster or a proxy inside the test that takes the "
            "`kms` fixture, or inside `with mock_kms():`."
        )
    return backend

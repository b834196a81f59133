"""External key store proxies and the external keys behind them, as a test holds them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, get_args

import attrs

from ..comparing import CheckedList
from ..crypto.randomness import Randomness
from ..doors import author
from ..service.misuse import KmsMockError
from ..service.state.backings import Backings
from ..service.values.key_store import PROXY_ERRORS, Connectivity
from ..service.values.proxy import Proxy, ProxyAnswer, ProxyKey
from .arguments import one_of, or_none, secret_text, text, truth
from .facts import Fact, Handle
from .part import Part

# A failure ends at the line that used the handle.
__tracebackhide__ = True

_USES: Final = ("ENCRYPT", "DECRYPT")


def _uses(name: str, value: Any) -> tuple[str, ...]:
    is_list = isinstance(value, Iterable) and not isinstance(value, str)
    if not is_list or not all(isinstance(each, str) for each in value):
        raise KmsMockError(f"{name}={value!r} makes no sense; write for example {_USES!r}.")
    return tuple(value)


class XksProxy(Handle):
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

    connectivity = Fact[Connectivity](one_of(*get_args(Connectivity)))
    endpoint = Fact[str](text)
    path = Fact[str](text)
    access_key_id = Fact[str](text)
    secret_access_key = Fact[str](secret_text)
    service_name = Fact[str | None](or_none(text))
    service_owner = Fact[str | None](or_none(text))
    service_valid = Fact[bool](truth)
    reachable = Fact[bool](truth)
    tls_valid = Fact[bool](truth)
    answers = Fact[ProxyAnswer](one_of(*get_args(ProxyAnswer)))
    connection_error = Fact[str | None](one_of(None, *PROXY_ERRORS))

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
        keys = [XksKey(self._home, *self._where, key_id) for key_id in self._value.keys]
        return CheckedList(keys, "external keys", self._key_of)

    def key(self, key_id: str) -> XksKey:
        """Return its external key *key_id*."""
        if text("key_id", key_id) not in self._value.keys:
            known = ", ".join(map(repr, self._value.keys)) or "none"
            raise KmsMockError(
                f"the proxy has no external key {key_id!r}, only {known}; "
                f"make it with proxy.add_key({key_id!r})."
            )
        return XksKey(self._home, *self._where, key_id)

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
            new_key(key_id, self._backend.registry.randomness),
            spec=text("spec", spec),
            status=text("status", status),
            usage=_uses("usage", usage),
        )
        self._change(keys={**self._value.keys, key_id: key})
        return XksKey(self._home, *self._where, key_id)

    def delete(self) -> None:
        """Take the proxy away, with its VPC endpoint service if it has one."""
        author.change_backings(
            self._backend, lambda backings: backings.proxies.pop(self._where[0], None)
        )

    def _key_of(self, key: object) -> XksKey:
        """Return *key*, or the handle of that ID, whether there is such a key or not."""
        if isinstance(key, XksKey):
            return key
        return XksKey(self._home, *self._where, text("external key", key))

    def _get(self, backings: Backings) -> Proxy | None:
        return backings.proxies.get(self._where[0])

    def _put(self, backings: Backings, value: Proxy) -> None:
        backings.proxies[self._where[0]] = value


class XksKey(Handle):
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

    spec = Fact[str](text)
    status = Fact[str](text)
    usage = Fact[tuple[str, ...]](_uses)

    def delete(self) -> None:
        """Delete the key, so that nobody finds it any more."""
        proxy = XksProxy(self._home, self._where[0])
        proxy._change(
            keys={name: key for name, key in proxy._value.keys.items() if name != self.id}
        )

    def _get(self, backings: Backings) -> ProxyKey | None:
        proxy = backings.proxies.get(self._where[0])
        return None if proxy is None else proxy.keys.get(self.id)

    def _put(self, backings: Backings, value: ProxyKey) -> None:
        proxy = backings.proxies[self._where[0]]
        backings.proxies[self._where[0]] = attrs.evolve(proxy, keys={**proxy.keys, self.id: value})


class Proxies(Part):
    """External key store proxies, a part of `KmsMock`."""

    def xks_proxy(
        self,
        keys: Iterable[str] = (),
        *,
        connectivity: Connectivity = "PUBLIC_ENDPOINT",
        endpoint: str | None = None,
        path: str = "/kms/xks/v1",
        service_name: str | None = None,
        service_owner: str | None = None,
        access_key_id: str = "ABCDEFGHIJKLMNOPQRST",
        secret_access_key: str = "raw/secret/access/key/of/44/characters/and+=",
        region: str | None = None,
    ) -> XksProxy:
        """
        Say that there is an external key store proxy, for stores of type EXTERNAL_KEY_STORE.

        Args:
            keys: The IDs of external keys that it has; `XksProxy.add_key` makes others.
            connectivity: ``PUBLIC_ENDPOINT`` or ``VPC_ENDPOINT_SERVICE``.
            endpoint: ``https://…``; None makes one up.
            path: Ends with ``/kms/xks/v1``.
            service_name: Of the VPC endpoint service; None makes one up.
            service_owner: The account of that service; None is the mock's.
            access_key_id: Of the credential that it accepts.
            secret_access_key: Likewise.
            region: That of the VPC endpoint service; None is the mock's.
        """
        __tracebackhide__ = True
        self._check_active("make proxies")
        region, account = self._own(region)
        one_of(*get_args(Connectivity))("connectivity", connectivity)
        if isinstance(keys, str):
            raise KmsMockError(f"keys={keys!r} is one name; write keys=[{keys!r}].")
        if not isinstance(keys, Iterable):
            raise KmsMockError(f"keys={keys!r} is no list; write for example ['external'].")
        text("path", path)
        text("access_key_id", access_key_id)
        secret_text("secret_access_key", secret_access_key)
        for name, value in {
            "endpoint": endpoint,
            "service_name": service_name,
            "service_owner": service_owner,
        }.items():
            or_none(text)(name, value)
        number = max(self._backend.registry.state.backings.proxies, default=0) + 1
        if connectivity == "VPC_ENDPOINT_SERVICE":
            letters = self._backend.registry.randomness.draw(9).hex()[:17]
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
            keys={key_id: new_key(key_id, self._backend.registry.randomness) for key_id in keys},
        )
        handle = XksProxy(self._backend, number)
        author.change_backings(self._backend, lambda backings: handle._put(backings, proxy))
        return handle


def new_key(key_id: str, randomness: Randomness) -> ProxyKey:
    """Return an external key as KMS wants it."""
    return ProxyKey(key_id=text("key_id", key_id), secret=randomness.draw(32))

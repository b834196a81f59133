"""An external key store proxy and the external keys behind it, as a test holds them."""

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

    All attributes but IDs can be set at any time; KMS notices when it next asks. It acts on the
    innermost active mock, like a `Key`.

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


def new_key(key_id: str, randomness: Randomness) -> ProxyKey:
    """Return an external key as KMS wants it."""
    return ProxyKey(key_id=text("key_id", key_id), secret=randomness.draw(32))

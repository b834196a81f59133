"""Making external key store proxies, as the author of a test does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, get_args

from ..doors import author
from ..service.misuse import KmsMockError
from .arguments import one_of, or_none, secret_text, text
from .part import Part

if TYPE_CHECKING:
    from ..service.values.key_store import Connectivity
    from .proxy import XksProxy

# A failure ends at the line that used the handle.
__tracebackhide__ = True


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
        from ..service.values.key_store import (
            Connectivity,  # not at the top: few tests have proxies
        )
        from ..service.values.proxy import Proxy
        from .proxy import XksProxy, new_key

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

"""Clients of a mock, its own and those that escape it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..doors import clients, sessions
from ..service.misuse import KmsMockError
from .part import Part
from .principal import Principal, name_of

if TYPE_CHECKING:
    # Of boto3-stubs, where they are installed; else it is Any.
    from mypy_boto3_kms import KMSClient


class Clients(Part):
    """Clients, a part of `KmsMock`."""

    def client(
        self, region: str | None = None, *, principal: Principal | str | None = None, **config: Any
    ) -> KMSClient:
        """
        Return a botocore client of KMS, as the application has one; its calls are recorded.

        Args:
            region: None is the mock's.
            principal: The caller, in whose account the calls are made: what
                `principal` returns, an ARN, or the name of a service; None is the mock's
                account itself. An ARN alone switches no policies on; where they are
                enforced it is a principal without IAM policies, unless it was declared.
            config: What botocore's `Config` takes, as ``retries={…}``.
        """
        __tracebackhide__ = True
        region, _ = self._own(region)
        name = None if principal is None else name_of(principal)
        if "region_name" in config:
            raise KmsMockError(
                f"client() takes the Region by itself; write kms.client({config['region_name']!r})."
            )
        made: KMSClient = clients.client(region, name, config, self.account)
        return made

    def attach(self, client: Any) -> None:
        """
        Let the mock answer *client*, one that reaches AWS all the same.

        Only a client whose session was made before pytest loaded its plugins,
        or with an event system of its own, needs it. With a bridge it can also be one of a
        service that asks KMS.
        """
        if not hasattr(client, "meta"):
            raise KmsMockError(f"attach() takes a client of boto3 or botocore, not {client!r}.")
        client = getattr(client.meta, "client", client)  # of a resource of boto3
        service = client.meta.service_model.service_name
        bridge = self._backend.settings["bridge"]
        if service != "kms" and service not in bridge:
            takes = " or ".join(("KMS", *bridge))
            raise KmsMockError(f"attach() takes a client of {takes}, and this is one of {service}.")
        sessions.attach(client)

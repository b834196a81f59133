"""CloudHSM clusters, as a test holds them."""

from __future__ import annotations

import base64
import re
import string
from typing import Any, Final

from ..crypto.randomness import Randomness
from ..doors import author
from ..service.misuse import KmsMockError
from ..service.state.backings import Backings
from ..service.values.cluster import Cluster
from ..service.values.key_store import CLUSTER_ERRORS
from .arguments import one_of, secret_text, text, truth, whole_number
from .facts import Fact, Handle
from .part import Part

# A failure ends at the line that used the handle.
__tracebackhide__ = True

_ID_LETTERS: Final = string.ascii_lowercase + "234567"


class CloudHsmCluster(Handle):
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

    trust_anchor = Fact[str](text)
    password = Fact[str](secret_text)
    active = Fact[bool](truth)
    hsms = Fact[int](whole_number)
    reachable = Fact[bool](truth)
    connection_error = Fact[str | None](one_of(None, *CLUSTER_ERRORS))

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
        author.change_backings(self._backend, lambda backings: backings.clusters.pop(self.id, None))

    def _get(self, backings: Backings) -> Cluster | None:
        return backings.clusters.get(self.id)

    def _put(self, backings: Backings, value: Cluster) -> None:
        backings.clusters[self.id] = value


class Clusters(Part):
    """CloudHSM clusters, a part of `KmsMock`."""

    def cloudhsm_cluster(
        self,
        *,
        active: bool = True,
        hsms: int = 2,
        password: str = "kmsuser-password",
        trust_anchor: str | None = None,
        related_to: CloudHsmCluster | None = None,
        cluster_id: str | None = None,
        region: str | None = None,
        account: str | None = None,
    ) -> CloudHsmCluster:
        """
        Say that there is a CloudHSM cluster, for key stores of type AWS_CLOUDHSM.

        Args:
            active: It is initialized and active.
            hsms: How many active HSMs it has.
            password: Of its crypto user kmsuser.
            trust_anchor: The text of its customerCA.crt; None makes one up.
            related_to: A cluster that it shares a backup history with.
            cluster_id: ``cluster-…``; None makes one up.
            region: None is the mock's.
            account: 12 digits; None is the mock's.
        """
        __tracebackhide__ = True
        self._check_active("make clusters")
        region, account = self._own(region, account)
        backings = self._backend.registry.state.backings
        randomness = self._backend.registry.randomness
        if cluster_id is None:
            cluster_id = new_cluster_id(randomness)
        text("cluster_id", cluster_id)
        if re.fullmatch("cluster-[2-7a-zA-Z]{11,16}", cluster_id) is None:
            raise KmsMockError(
                f"cluster_id={cluster_id!r} is no ID of a cluster; write 'cluster-' and 11 to 16 "
                "letters or digits from 2 to 7."
            )
        if cluster_id in backings.clusters:
            raise KmsMockError(f"there is a cluster {cluster_id!r} already.")
        if not isinstance(related_to, CloudHsmCluster | None):
            raise KmsMockError(
                f"related_to={related_to!r} is no cluster; write what cloudhsm_cluster() returns."
            )
        kin = None if related_to is None else related_to._get(backings)
        if trust_anchor is not None:
            text("trust_anchor", trust_anchor)
        cluster = Cluster(
            account=account,
            region=region,
            cluster_id=cluster_id,
            trust_anchor=trust_anchor
            or (new_trust_anchor(randomness) if kin is None else kin.trust_anchor),
            history=cluster_id if kin is None else kin.history,
            password=secret_text("password", password),
            active=truth("active", active),
            hsms=whole_number("hsms", hsms),
        )
        handle = CloudHsmCluster(self._backend, cluster_id)
        author.change_backings(self._backend, lambda backings: handle._put(backings, cluster))
        return handle


def new_cluster_id(randomness: Randomness) -> str:
    return "cluster-" + "".join(_ID_LETTERS[byte & 31] for byte in randomness.draw(11))


def new_trust_anchor(randomness: Randomness) -> str:
    """Return text that looks like a certificate; nobody reads what is in it."""
    encoded = base64.b64encode(randomness.draw(480)).decode()
    lines = [encoded[start : start + 64] for start in range(0, len(encoded), 64)]
    return "\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""))

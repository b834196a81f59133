"""A CloudHSM cluster, as a test holds it."""

from __future__ import annotations

import base64
import string
from typing import Any, Final

from ..crypto.randomness import Randomness
from ..doors import author
from ..service.state.backings import Backings
from ..service.values.cluster import Cluster
from ..service.values.key_store import CLUSTER_ERRORS
from .arguments import one_of, secret_text, text, truth, whole_number
from .facts import Fact, Handle

# A failure ends at the line that used the handle.
__tracebackhide__ = True

_ID_LETTERS: Final = string.ascii_lowercase + "234567"


class CloudHsmCluster(Handle):
    """
    A CloudHSM cluster, as AWS KMS finds it.

    All attributes but IDs can be set at any time; KMS notices when it next asks. It acts on the
    innermost active mock, like a `Key`.

    Attributes:
        id: ``cluster-…``.
        trust_anchor: The text of its trust anchor certificate, customerCA.crt.
        password: Of the crypto user kmsuser.
        active: It is initialized and active.
        hsms: How many active HSMs it has. A new store or key takes two, connecting and using
            it one.
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


def new_cluster_id(randomness: Randomness) -> str:
    return "cluster-" + "".join(_ID_LETTERS[byte & 31] for byte in randomness.draw(11))


def new_trust_anchor(randomness: Randomness) -> str:
    """Return text that looks like a certificate; nobody reads what is in it."""
    encoded = base64.b64encode(randomness.draw(480)).decode()
    lines = [encoded[start : start + 64] for start in range(0, len(encoded), 64)]
    return "\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""))

"""Making CloudHSM clusters, as the author of a test does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..doors import author
from ..service.misuse import KmsMockError
from .arguments import secret_text, text, truth, whole_number
from .part import Part

if TYPE_CHECKING:
    from .cluster import CloudHsmCluster

# A failure ends at the line that used the handle.
__tracebackhide__ = True


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
        from ..service.values.cluster import Cluster  # not at the top: few tests have clusters
        from .cluster import CloudHsmCluster, new_cluster_id, new_trust_anchor

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

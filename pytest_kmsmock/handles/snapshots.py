"""Snapshots: all that a mocked KMS has at one moment, to go back to."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs

from ..backend import Backend
from ..checks import Enforces
from ..service.api.times import in_utc
from ..service.misuse import KmsMockError
from ..service.state.registry import Moment
from .part import Part


@attrs.frozen(eq=False, repr=False)
class Snapshot:
    """
    What a mock had when `KmsMock.snapshot` was called.

    Attributes:
        taken: The service's time then, UTC.
    """

    taken: dt.datetime
    _home: Backend
    _moment: Moment
    _offset: float
    _enforces: Enforces | None

    def __repr__(self) -> str:
        keys = sum(len(each.keys) for each in self._moment.state.all_resources())
        return f"<Snapshot of KMS at {self.taken:%Y-%m-%d %H:%M:%S}: {keys} keys>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Snapshot:
        return self


class Snapshots(Part):
    """Taking snapshots and going back to them, a part of `KmsMock`."""

    def snapshot(self) -> Snapshot:
        """Return what there is now, for `restore`. It costs next to nothing, however much it is."""
        __tracebackhide__ = True
        self._check_active("take snapshots")
        backend = self._backend
        return Snapshot(
            taken=in_utc(backend.clock()),
            home=backend,
            moment=backend.registry.moment(),
            offset=backend.clock.offset,
            enforces=backend.enforces,
        )

    def restore(self, snapshot: Snapshot) -> None:
        """
        Go back to *snapshot*: keys, aliases, grants, key stores, principals, and the clock.

        The record of calls goes on, scheduled faults and settings such as quotas stay, and
        nothing random is drawn again. A snapshot can be restored as often as one likes.

        Raises:
            KmsMockError: It is no snapshot of this mock.
        """
        __tracebackhide__ = True
        self._check_active("restore snapshots")
        backend = self._backend
        if not isinstance(snapshot, Snapshot):
            raise KmsMockError(
                f"restore() takes what kms.snapshot() returned, not {type(snapshot).__name__!r}."
            )
        if snapshot._home is not backend:
            raise KmsMockError(
                f"{snapshot!r} is of another mock, the {snapshot._home!r}; restore it there. What "
                "many tests start from is made in a wider one, kms_module or kms_session."
            )
        backend.registry.go_back(snapshot._moment)
        backend.clock._go_back(snapshot._offset)
        if backend.enforces != snapshot._enforces:
            # A principal that has been declared since has switched it on.
            backend.enforce(snapshot._enforces)

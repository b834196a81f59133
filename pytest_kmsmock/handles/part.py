"""The base of `KmsMock`'s parts: the mock that they are parts of."""

from __future__ import annotations

from ..backend import Backend
from ..checks import check_known, checked_account, checked_region
from ..doors import author
from ..service.misuse import KmsMockError


class Part:
    """A part of `KmsMock`: some of its methods, with their signatures, docs and logic."""

    _backend: Backend

    @property
    def account(self) -> str:
        """The account of callers that are not somebody else."""
        return self._backend.account

    @property
    def region(self) -> str:
        """The Region of keys and clients that name none."""
        return self._backend.region

    def _check_active(self, wish: str) -> None:
        __tracebackhide__ = True
        author.check_here(self._backend)
        if not self._backend.is_active:
            raise KmsMockError(
                f"this mock of KMS is not active; {wish} inside `with mock_kms() as kms:`."
            )

    def _own(self, region: str | None, account: str | None = None) -> tuple[str, str]:
        """Return *region* and *account*, checked; the mock's for those that are None."""
        __tracebackhide__ = True
        if region is not None:
            checked_region("region", region)
            if not self._backend.settings["unknown_regions"]:
                check_known("region", region)
        return (
            self.region if region is None else region,
            self.account if account is None else checked_account("account", account),
        )

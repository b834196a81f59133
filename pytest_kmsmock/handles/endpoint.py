"""Endpoints as a test holds them: where other processes find its mock."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..backend import Backend
from ..crypto.extras import ENDPOINT, MissingExtra
from ..service.misuse import KmsMockError
from .arguments import truth
from .part import Part

if TYPE_CHECKING:
    # Which needs an extra.
    from ..doors.endpoint.serving import Serving


class Endpoint:
    """
    KMS by HTTP at a port of this computer, between enter and exit.

    `KmsMock.serve` makes it, and so does the fixture `kms_endpoint`.
    """

    def __init__(self, backend: Backend, **settings: Any) -> None:
        self._backend = backend
        self._settings = settings
        self._serving: Serving | None = None

    def __enter__(self) -> Self:
        __tracebackhide__ = True
        if self._serving is not None:
            raise KmsMockError("this endpoint is open already; to open another, call kms.serve().")
        try:
            ENDPOINT.load("tornado")
        except MissingExtra as error:
            raise KmsMockError(f"{error}.") from None
        from ..doors.endpoint.serving import Serving  # not at the top: few tests need it

        self._serving = Serving(self._backend, **self._settings)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        serving, self._serving = self._serving, None
        if serving is not None:
            try:
                serving.close()
            except BaseException:  # a signal: what is done is not done again
                serving.close()
                raise

    def __repr__(self) -> str:
        where = "not open" if self._serving is None else self._serving.url
        return f"<Endpoint {where}>"

    @property
    def url(self) -> str:
        """What clients take as the URL of KMS, without a path: ``http://127.0.0.1:PORT``."""
        __tracebackhide__ = True
        return self._open.url

    @property
    def env(self) -> Mapping[str, str]:
        """
        What a program needs in its environment, besides what it has: URL, credentials, Region.

        ``subprocess.run(…, env={**os.environ, **endpoint.env})``. The environment of this
        process is as it was.
        """
        __tracebackhide__ = True
        return self._open.env()

    @property
    def _open(self) -> Serving:
        __tracebackhide__ = True
        if self._serving is None:
            raise KmsMockError("this endpoint is not open; write `with kms.serve() as endpoint:`.")
        return self._serving


class Endpoints(Part):
    """Endpoints, a part of `KmsMock`."""

    def serve(self, *, tls: bool = False, verify_signatures: bool = True) -> Endpoint:
        """
        Return an endpoint for other processes, to be entered: ``with kms.serve() as endpoint:``.

        It answers from this mock, on this computer only. What is called is on this record.

        Args:
            tls: By HTTPS, with a certificate that is made for it.
            verify_signatures: Whether requests must be signed with the endpoint's own credentials
                or those of a principal. False is for clients that cannot sign.
        """
        __tracebackhide__ = True
        self._check_active("open an endpoint")
        truth("tls", tls)
        truth("verify_signatures", verify_signatures)
        return Endpoint(self._backend, tls=tls, verifies=verify_signatures)

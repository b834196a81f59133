"""Attempts of a call on a wire, real or not: what is scheduled to befall one, and its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..backend import Backend
from ..faults import Disconnection
from ..record import Row
from ..service.serving.request import Request, Response
from ..sources import Source
from .desk import LostConnectionError, keys_of, serve

if TYPE_CHECKING:
    from ..faults import Fault


class Attempt:
    """
    One attempt of a call.

    Args:
        patience: How many seconds the client waits for an answer.
        lost: Returns what the client will make of a lost connection.
        is_lost: Nothing is where it goes; no fault that is scheduled has to befall it.

    Attributes:
        seconds: How many are to pass, really, before the answer.
    """

    def __init__(
        self,
        backend: Backend,
        request: Request,
        patience: float,
        lost: Callable[[Disconnection], Exception],
        *,
        is_lost: bool = False,
    ) -> None:
        self.request = request
        self.seconds = 0.0
        self._backend = backend
        self._patience = patience
        self._lost = lost
        self._is_lost = is_lost
        self._arns = keys_of(backend, request)
        self._fault: Fault | None = None
        if not is_lost:
            self._fault = backend.faults.take(request.operation, self._arns)
        if self._fault is not None:
            self._wait(self._fault)

    def answer(self, source: Source | None, keep: Callable[[Row], None]) -> Response:
        """Answer it, or raise what befalls it; see `desk.serve`."""
        return serve(self._backend, self.request, source, keep, suffer=self._suffer)

    def _wait(self, fault: Fault) -> None:
        """Let the time pass that the answer takes longer."""
        waited = min(fault.delay, self._patience)
        if fault.is_real:
            self.seconds = waited
        elif waited:
            self._backend.clock.advance(seconds=waited)

    def _suffer(self, request: Request) -> None:
        """Let the fault that was scheduled for this attempt happen, if there is one."""
        if self._is_lost:
            raise LostConnectionError(self._lost("refused"))
        fault = self._fault
        if fault is None:
            return
        if fault.delay > self._patience:
            raise LostConnectionError(self._lost("read-timeout"))
        if fault.disconnection is not None:
            raise LostConnectionError(self._lost(fault.disconnection))
        if fault.error is not None:
            arn = self._arns[0] if self._arns else None
            raise fault.as_error(request, arn)

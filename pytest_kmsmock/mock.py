"""`KmsMock`, the one object behind the fixtures, the decorator and the context manager."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self, TypeVar, Unpack, cast, overload

from . import decorating
from .backend import Backend
from .checks import SeedFile, checked_seconds, located
from .clock import Clock
from .doors import opening
from .handles.adopting import Adopting
from .handles.clients import Clients
from .handles.clusters import Clusters
from .handles.enclaves import Enclaves
from .handles.endpoint import Endpoints
from .handles.keys import Keys
from .handles.principals import Principals
from .handles.proxies import Proxies
from .handles.scheduling import Scheduling
from .handles.snapshots import Snapshots
from .options import Options
from .seeds.part import Seeds
from .service.misuse import KmsMockError, no_attribute, suggestion
from .service.values.quotas import Quotas
from .settings import (
    Settings,
    checked,
    name_of_new_mock,
    settings_from,
    settings_of_new_mock,
)

if TYPE_CHECKING:
    from .calls.call import Call
    from .calls.calls import Calls
    from .leaks.secrets import Secrets

Target = TypeVar("Target", bound=Callable[..., Any])

_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


class KmsMock(
    Keys,
    Adopting,
    Clusters,
    Proxies,
    Enclaves,
    Scheduling,
    Clients,
    Principals,
    Snapshots,
    Seeds,
    Endpoints,
):
    """AWS KMS in this process, while it is active: between enter and exit."""

    _options: Mapping[str, Any]
    _settings: Settings
    _outer: Backend | None
    _is_used: bool

    def __init__(self, options: Mapping[str, Any] = _NONE, *, outer: Backend | None = None) -> None:
        """
        Make a mock that is not active yet.

        Args:
            options: Where they are silent, what holds where it becomes active decides.
            outer: What it starts as a copy of; None is an empty KMS.
        """
        __tracebackhide__ = True
        options = checked(options)
        settings = settings_from(options)
        # Past `__setattr__`, which looks out for slips.
        vars(self).update(
            _options=options,
            _settings=settings,
            _outer=outer,
            _is_used=False,
            _backend=Backend(settings),
        )

    def __enter__(self) -> Self:
        __tracebackhide__ = True
        if self._backend.is_active:
            raise KmsMockError(
                "this mock of KMS is active already; to nest one in another, "
                "write `with mock_kms():` again."
            )
        # It may have been made elsewhere, as a decorator is.
        before, self._settings = self._settings, settings_of_new_mock(self._options)
        is_deterministic = self._settings["deterministic"]
        if self._outer is not None or self._is_used or is_deterministic or self._settings != before:
            name = name_of_new_mock() if is_deterministic else ""
            self._backend = Backend(self._settings, self._outer, name)
        self._is_used = True
        try:
            opening.open_(self._backend)
            # Checked, and so a tuple of aliases and files.
            for name in cast("tuple[str, ...]", self._settings["keys"]):
                self._make(name)
            return self
        except BaseException:
            opening.close(self._backend)
            raise

    def _make(self, name: str) -> None:
        """Make what one of the option's `keys` asks for, unless it is there."""
        backend = self._backend
        if isinstance(name, SeedFile):
            # A copy has what was loaded.
            if name not in backend.loaded:
                self.load(name)
                backend.loaded |= {name}
        elif backend.registry.state.resources(self.account, self.region).aliases.get(name) is None:
            self.create_key(alias=name)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            opening.close(self._backend)
        except BaseException:  # a signal: what is done is not done again
            opening.close(self._backend)
            raise

    def __call__(self, target: Target) -> Target:
        """Decorate *target*, so that each call or test runs in a mock with these settings."""
        __tracebackhide__ = True
        return decorating.decorate(target, self._another)

    def _another(self, outer: KmsMock | None = None) -> KmsMock:
        """Return a mock with these options that starts as a copy of *outer*, if that is one."""
        return KmsMock(self._options, outer=None if outer is None else outer._backend)

    if not TYPE_CHECKING:  # whoever checks types is told by them

        def __getattr__(self, name: str) -> NoReturn:
            __tracebackhide__ = True
            instead = f"write kms.client().{name}(…)" if name in _methods_of_clients() else ""
            raise no_attribute(self, "a mock of KMS", name, instead)

        def __setattr__(self, name: str, value: Any) -> None:
            __tracebackhide__ = True
            if not name.startswith("_") and not hasattr(type(self), name):
                names = [each for each in dir(type(self)) if not each.startswith("_")]
                raise KmsMockError(
                    f"a mock of KMS has no {name!r} to set.{suggestion(name, names)}"
                )
            super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"<KmsMock of account {self.account}, {self.region}: {len(self.keys)} keys>"

    @property
    def calls(self) -> Calls:
        """What the application called."""
        # Not at the top: a test whose calls nobody asks for needs none of it.
        from .calls.calls import Calls

        return Calls(self._backend)

    def explain(self, call: Call) -> str:
        """
        Return why *call* was allowed or refused: a line for each thing.

        They name the statement, the grant or the absence that decided, and what would have
        to change.
        """
        __tracebackhide__ = True
        from .calls.call import Call  # not at the top: likewise

        if not isinstance(call, Call):
            raise KmsMockError(f"explain() takes a call, as kms.calls[-1]; got {call!r}.")
        return call._explanation

    @property
    def secrets(self) -> Secrets:
        """What has been handed out that is secret, to assert that it appears nowhere else."""
        from .leaks.secrets import Secrets  # not at the top: few tests need it

        return Secrets(self._backend)

    @property
    def clock(self) -> Clock:
        """The service's time."""
        return self._backend.clock

    @property
    def quotas(self) -> Quotas:
        """How much of each thing there can be: ``kms.quotas.aliases_per_key = 2``."""
        return self._backend.quotas

    @property
    def transition_seconds(self) -> float:
        """
        How long transient states and rotations on demand last.

        With 0 they are over at the next call. Otherwise they last until the
        service's clock has moved that far.
        """
        return self._backend.transition_seconds

    @transition_seconds.setter
    def transition_seconds(self, seconds: float) -> None:
        self._backend.transition_seconds = checked_seconds("transition_seconds", seconds)


def _methods_of_clients() -> Collection[str]:
    # Not at the top: only a mistake needs it.
    from botocore import xform_name

    from .service.api.shapes import service_model

    return {xform_name(name) for name in service_model().operation_names}


class _MockKms:
    """
    Mock AWS KMS without a fixture.

    Write ``@mock_kms``, ``@mock_kms(region=…)`` or ``with mock_kms() as kms:``.
    It decorates functions, coroutine functions, generators (fixtures) and
    classes, `unittest.TestCase` among them. Each call or test gets an empty
    KMS of its own. The options are those of the marker; see `Options`.
    """

    __name__ = __qualname__ = "mock_kms"

    @overload
    def __call__(self, target: Target, /) -> Target: ...

    @overload
    def __call__(self, target: None = None, /, **options: Unpack[Options]) -> KmsMock: ...

    def __call__(self, target: Any = None, /, **options: Any) -> Any:
        __tracebackhide__ = True
        folder = os.path.dirname(sys._getframe(1).f_code.co_filename)
        if "keys" in options:
            options["keys"] = located("keys", options["keys"], folder)
        mock = KmsMock(options)
        return mock if target is None else mock(target)

    def __repr__(self) -> str:
        return "<mock_kms>"

    if not TYPE_CHECKING:  # whoever checks types is told by them

        def __enter__(self) -> NoReturn:
            __tracebackhide__ = True
            raise KmsMockError(
                "mock_kms itself is no mock; write `with mock_kms() as kms:`, with parentheses."
            )

        def __exit__(self, *_: object) -> None:
            """Be a context manager to Python, which looks for this first."""


mock_kms: Final = _MockKms()

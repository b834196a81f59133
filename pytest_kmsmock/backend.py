"""One mocked KMS as it runs: the service, its clock, the record and the faults."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import attrs

from . import active, pairs, sources
from .checks import Enforces
from .clock import Clock
from .crypto.randomness import SYSTEM, Randomness
from .faults import Faults
from .record import Record
from .service.api.regions import partition_of, partitions
from .service.service import Service
from .service.serving.request import CreateMissing, Options
from .service.state.registry import Registry
from .service.state.state import Draft
from .service.values.quotas import AWS_QUOTAS, Quotas
from .settings import Settings, configured_region
from .sources import Source

if TYPE_CHECKING:
    from .service.values.identity import Identity

# The role that has the policy of the option `policy`, where no principal is named.
APPLICATION: Final = "application"


class Acting(NamedTuple):
    """
    Who calls.

    Attributes:
        principal: None is the application, as nobody has said who it is.
        whoever_calls: Also for credentials of which only the account is known.
    """

    principal: str | None
    whoever_calls: bool = False

    def name_in(self, region: str, account: str) -> str:
        """Return who that is in *region*, for a mock of *account*."""
        return self.principal or application(partition_of(region), account)


def application(partition: str, account: str) -> str:
    """Return the ARN of the application: an account of each partition has that role."""
    return f"arn:{partition}:iam::{account}:role/{APPLICATION}"


def _auto_create() -> CreateMissing:
    from .service.auto_create import create  # not at the top: few tests want it

    return create


class _Parts(NamedTuple):
    """What a mock is made of, random or repeatable."""

    randomness: Randomness
    make_clock: Callable[[float], Clock]
    make_service: Callable[[Clock, Registry, Options], Service]


_RANDOM: Final = _Parts(SYSTEM, Clock, Service)


def _repeatable(name: str) -> _Parts:
    """Return parts by which all that happens follows from *name*, and from what is called."""
    # Not at the top: few tests need them.
    from .crypto.repeatable import RepeatableRandomness
    from .service.repeatable import RepeatableService
    from .standing import StandingClock

    randomness = RepeatableRandomness(name.encode(errors="surrogatepass"))
    return _Parts(randomness, StandingClock, RepeatableService)


class Sharing(Protocol):
    """An endpoint that is there for the processes which the test's process starts."""

    url: str

    @property
    def own_credentials(self) -> tuple[str, str]:
        """The access key and the secret that are good for it."""
        ...

    def end(self) -> None:
        """Close it, and let the environment be what it was."""
        ...


class Backend:
    """
    One mocked KMS.

    Args:
        settings: How it is set.
        outer: What it starts as a copy of; None is an empty KMS.
        name: With the option `deterministic`, what all that is random in it follows from.

    Attributes:
        account: The account of callers that are not somebody else.
        clock: The service's time.
        faults: What is scheduled to go wrong.
        entered_at: The line that has entered its mock; None if a fixture holds it.
        is_active: Between enter and exit of its mock. Before it nothing has been
            made in it, and afterwards nothing changes any more.
        loaded: The files of the option `keys` that have been loaded.
        noted: How much of what has been made here the plugin has noted.
        notes: What the shadow has found, until the plugin takes it.
        outer: As above.
        record: What the application called.
        acting: Who calls when nothing else tells; None is the account itself.
        sharing: By which other processes share it, if they do.
        enforces: Whether policies are enforced; "soft" if what they refuse is only
            noted. None is no, as long as there are no principals.
    """

    clock: Clock
    service: Service

    def __init__(self, settings: Settings, outer: Backend | None = None, name: str = "") -> None:
        self.settings = settings
        self.outer = outer
        self.sharing: Sharing | None = None
        self.is_active = False
        self.noted = 0
        self.loaded: frozenset[str] = frozenset() if outer is None else outer.loaded
        self.entered_at: Source | None = None
        self.account = settings["account"]
        self._is_plain = settings["transport"] == "direct" and not (
            settings["passthrough"] or settings["shadow"]
        )
        self.notes: list[str] = []
        self.record = Record()
        randomness, make_clock, make_service = (
            _repeatable(name) if settings["deterministic"] else _RANDOM
        )
        self.clock = make_clock(outer.clock.offset if outer else 0.0)
        self.faults = Faults()
        if outer is None:
            pool = pairs.pool if settings["key_pool"] else None
            self.registry = Registry(pool, randomness=randomness)
            quotas = AWS_QUOTAS
        else:
            self.registry = outer.registry.copy(randomness)
            quotas = outer.service.options.quotas
        self.enforces: Enforces | None = None if outer is None else outer.enforces
        self.acting: Acting | None = None if outer is None else outer.acting
        self.service = make_service(
            self.clock,
            self.registry,
            Options(
                page_size=settings["page_size"],
                transition_seconds=settings["transition_seconds"],
                create_missing=_auto_create() if settings["auto_create"] else None,
                predefined_aliases=settings["predefined_aliases"],
                lockout_check=settings["lockout_check"],
                unknown_regions=settings["unknown_regions"],
                consistency_seconds=settings["eventual_consistency"],
                strict_principals=settings["strict_principals"],
                quotas=quotas if quotas is AWS_QUOTAS else attrs.evolve(quotas),
            ),
        )
        wanted = settings["enforce_policies"]
        if wanted is not None or self.enforces is not None:
            self.enforce(self.enforces if wanted is None else wanted)
        self._begin_to_act(settings["principal"], settings["policy"])

    def enforce(self, enforces: Enforces | None) -> None:
        """Enforce policies or not, from now on."""
        self.enforces = enforces
        enforcement = None
        if enforces:
            from .service.serving.enforcement import Enforcement  # not at the top: few tests do

            enforcement = Enforcement(refuses=enforces != "soft")
        self.service.options = attrs.evolve(self.service.options, enforcement=enforcement)

    def declare(self, name: str, identity: Identity) -> None:
        """Let *identity* be what a test says of the principal *name*."""

        def declare(draft: Draft) -> None:
            draft.principals = draft.principals.declare(name, identity)

        self.registry.change(declare)
        if self.enforces is None:
            self.enforce(True)

    def give_key(self, access_key: str, name: str) -> None:
        """Let *access_key* be one of the principal *name*."""

        def give(draft: Draft) -> None:
            draft.principals = draft.principals.add_key(access_key, name)

        if access_key not in self.registry.state.principals.access_keys:
            self.registry.change(give)

    def _begin_to_act(self, principal: str | None, policy: Any) -> None:
        """Let *principal*, with the IAM policy *policy*, be who calls when nothing else tells."""
        if principal is not None or policy is not None:
            self.acting = Acting(principal)
        if policy is not None:
            # Not at the top: few tests say who calls.
            from .service.values.identity import identity_named

            everywhere = [application(each, self.account) for each in partitions()]
            for name in everywhere if principal is None else [principal]:
                self.declare(name, identity_named("principal", name, policies=(policy,)))

    def __repr__(self) -> str:
        return f"<mock of KMS entered at {sources.shown(self.entered_at)}>"

    @property
    def region(self) -> str:
        """The Region of keys and clients that name none."""
        return self.settings["region"] or configured_region()

    @property
    def transition_seconds(self) -> float:
        return self.service.options.transition_seconds

    @transition_seconds.setter
    def transition_seconds(self, seconds: float) -> None:
        self.service.options = attrs.evolve(self.service.options, transition_seconds=seconds)

    @property
    def quotas(self) -> Quotas:
        """How much of each thing there can be. They are made when asked for; few tests do."""
        options = self.service.options
        if options.quotas is AWS_QUOTAS:
            self.service.options = options = attrs.evolve(options, quotas=Quotas())
        return options.quotas

    def takes_a_detour(self, operation: str) -> bool:
        """Tell whether a call of *operation* is not simply answered."""
        return not self._is_plain or self.faults.concern(operation)

    def goes_over_the_wire(self, operation: str) -> bool:
        """Tell whether botocore is to make a request of a call of *operation*."""
        return self.settings["transport"] == "wire" or self.faults.concern(operation)

    def has_made(self, arn: str) -> bool:
        """Tell whether that key or alias has come into being here, or in what it is a fork of."""
        outer = self.outer
        return arn in self.registry.made or (outer is not None and outer.has_made(arn))

    def is_fork_of(self, other: Backend) -> bool:
        """Tell whether it is *other*, or began as a copy of it, or of a copy."""
        backend: Backend | None = self
        while backend is not None and backend is not other:
            backend = backend.outer
        return backend is other


def active_backend() -> Backend | None:
    """Return what answers for the innermost active mock."""
    backend: Backend | None = active.innermost()
    return backend


def innermost_fork_of(home: Backend) -> Backend:
    """Return the innermost active fork of *home*; *home* itself if there is none."""
    forks: list[Backend] = active.inwards()
    return next((backend for backend in forks if backend.is_fork_of(home)), home)

"""
The registry: the state of all accounts and Regions, the only thing in the service that changes.

A change makes a draft of the next state and puts it in the place of the present
one, in one step. So who reads sees the state before a change or after it, and a
change that is interrupted has not happened.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar

import attrs

from ...crypto import randomness
from ...crypto.forking import Lock
from ...crypto.randomness import Randomness
from ..values.key import KmsKey
from .key_maker import KeyMaker, MakePool
from .principals import Principals
from .request_ids import RequestIds
from .state import Draft, State

T = TypeVar("T")


@attrs.frozen(eq=False)
class Moment:
    """What a registry had at one moment."""

    state: State
    last_usages: dict[str, tuple[str, float, str]] = attrs.field(repr=False)
    attestation_roots: tuple[bytes, ...] = attrs.field(repr=False)


class Registry:
    """
    All accounts and Regions.

    Args:
        pool: Returns where key pairs come from; None makes each of them anew.

    Attributes:
        state: What there is now.
        lock: Held by whoever changes it.
        randomness: What IDs, tokens, key material and all else is drawn from.
        request_ids: Those of its calls.
        key_maker: Makes new key material, none of it twice.
        token_key: 32 bytes; seals import tokens and grant tokens.
        attestation_roots: Certificates, DER, that attestation documents may lead to,
            besides the mock's own.
        made: The ARNs of all keys and aliases that have come into being here.
        last_usages: Operation, time and request ID by the key's ARN. As it changes
            with every call, it is beside the state rather than in it.
    """

    def __init__(
        self, pool: MakePool | None = None, *, randomness: Randomness = randomness.SYSTEM
    ) -> None:
        self.randomness = randomness
        self.request_ids = RequestIds(randomness)
        self.key_maker = KeyMaker(randomness, pool)
        self.lock = Lock()
        self.token_key = randomness.draw(32)
        self.attestation_roots: tuple[bytes, ...] = ()
        self.made: list[str] = []
        self.last_usages: dict[str, tuple[str, float, str]] = {}
        self.state = State(Principals(randomness.draw(32)))

    def change(self, act: Callable[[Draft], T]) -> T:
        """
        Let *act* change a draft of the next state, which then is the state.

        If *act* raises anything, nothing has changed. It is called anew with another
        draft if a signal handler or a finalizer has changed the state in between.
        """
        with self.lock.current:
            while True:
                before = self.state
                draft = Draft(before)
                result = act(draft)
                if draft.new_arns:
                    self.made += draft.new_arns
                    for arn in draft.new_arns:
                        # Of a key that had the same ARN and is gone.
                        self.last_usages.pop(arn, None)
                # At once: between a comparison and an assignment nobody gets in.
                self.state, is_done = (draft, True) if self.state is before else (self.state, False)
                if is_done:
                    return result

    @contextlib.contextmanager
    def as_one(self) -> Iterator[None]:
        """Let the changes of this block be one: if it raises, nothing has changed."""
        with self.lock.current:
            state, made = self.state, len(self.made)
            try:
                yield
            except BaseException:
                self.state = state
                del self.made[made:]
                raise

    def settle(self, now: float) -> None:
        """Apply what has fallen due by *now*, in the order in which it fell due."""
        if self.state.next_due <= now:
            self.change(lambda draft: draft.settle(now, self.key_maker.for_key))

    def finish_transition(self, key: KmsKey, now: float) -> None:
        """Let what is transient in *key* be over by *now*."""
        self.change(lambda draft: draft.finish_transition(key, now, self.key_maker.for_key))

    def moment(self) -> Moment:
        """Return what there is now."""
        with self.lock.current:
            return Moment(self.state, self.last_usages.copy(), self.attestation_roots)

    def go_back(self, moment: Moment) -> None:
        """Let there be what there was at *moment*; what is drawn next is new all the same."""
        with self.lock.current:
            self.state = moment.state
            self.last_usages = moment.last_usages.copy()
            self.attestation_roots = moment.attestation_roots

    def take_over(self, rehearsal: Registry) -> None:
        """Let there be what there is in *rehearsal*, a copy; nothing has changed since."""
        with self.lock.current:
            self.state = rehearsal.state
            self.made += rehearsal.made
            for arn in rehearsal.made:
                self.last_usages.pop(arn, None)

    def copy(self, randomness: Randomness | None = None) -> Registry:
        """Return one that goes on by itself from here, and draws from *randomness*, if given."""
        copied = self.rehearsal(randomness)
        with self.lock.current:
            copied.last_usages = self.last_usages.copy()
        return copied

    def rehearsal(self, randomness: Randomness | None = None) -> Registry:
        """Return one for a dry run to change as it likes: all but the last usages are there."""
        copied = Registry(randomness=self.randomness.copy() if randomness is None else randomness)
        copied.key_maker = self.key_maker.copy(copied.randomness)
        with self.lock.current:
            copied.token_key = self.token_key
            copied.attestation_roots = self.attestation_roots
            copied.state = self.state
        return copied

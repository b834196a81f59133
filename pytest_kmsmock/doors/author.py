"""The author's door: what a test does by a handle, off the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from .. import active
from ..backend import Backend
from ..service.api.encoding import to_json
from ..service.api.errors import KmsError
from ..service.misuse import KmsMockError
from ..service.operations.table import OPERATIONS
from ..service.serving import finding
from ..service.serving.request import Request, Response
from ..service.state.backings import Backings
from ..service.state.state import Draft
from ..service.values.caller import Caller
from ..service.values.key import KmsKey
from . import clients

# A failure ends at the line that used the handle.
__tracebackhide__ = True


def perform(
    backend: Backend,
    operation: str,
    params: Mapping[str, Any],
    *,
    region: str,
    account: str,
    key_id: str | None = None,
    material: bytes | None = None,
) -> Response:
    """
    Do *operation*, or raise what botocore would raise.

    Args:
        key_id: That of the key to create.
        material: Its material.
    """
    if OPERATIONS[operation].writes:
        _check_active(backend)
    check_here(backend)
    request = Request(
        operation,
        to_json(params),
        region,
        Caller(account),
        backend.registry.request_ids.take(),
        off_record=True,
    )
    request.key_id = key_id
    request.material = material
    try:
        return backend.service.handle(request)
    except KmsError as error:
        raise clients.exception(error, operation, request.id, request.now) from None


def key_at(backend: Backend, arn: str) -> KmsKey:
    """Return the key *arn*, or raise what botocore would raise."""
    key = find_key(backend, arn)
    if key is None:
        request_id = backend.registry.request_ids.take()
        error = finding.no_key(arn)
        raise clients.exception(error, "DescribeKey", request_id, backend.clock())
    return key


def find_key(backend: Backend, arn: str) -> KmsKey | None:
    """Return the key *arn* of *backend*, after what has fallen due; None if it has none."""
    check_here(backend)
    backend.registry.settle(backend.clock())
    _, _, _, region, account, resource = arn.split(":")
    return backend.registry.state.resources(account, region).keys.get(resource.removeprefix("key/"))


def keys(backend: Backend) -> list[KmsKey]:
    """Return all keys, first those of the mock's own account and Region."""
    check_here(backend)
    backend.registry.settle(backend.clock())
    own = (backend.account, backend.region)
    everywhere = backend.registry.state.all_resources()
    everywhere.sort(key=lambda resources: (resources.account, resources.region) != own)
    return [
        key
        for resources in everywhere
        for key in sorted(resources.keys, key=lambda key: key.number)
    ]


def aliases_of(backend: Backend, key: KmsKey) -> tuple[str, ...]:
    return backend.registry.state.resources(key.account, key.region).aliases_of(key.key_id)


def finish_transition(backend: Backend, key: KmsKey) -> None:
    """End the transient state of *key*, or its rotation in progress, now."""
    _check_active(backend)
    backend.registry.finish_transition(key, backend.clock())


def share(backend: Backend, key: KmsKey, accounts: tuple[str, ...]) -> None:
    """Let a RAM share give *key* to *accounts*."""
    _check_active(backend)

    def change(draft: Draft) -> None:
        found = draft.current(key)
        if found is not None:
            draft.put_key(attrs.evolve(found, shared_with=accounts))

    backend.registry.change(change)


def delete(backend: Backend, key: KmsKey) -> None:
    """Delete *key* at once."""
    _check_active(backend)
    now = backend.clock()
    backend.registry.change(lambda draft: draft.remove_key(key, now))


def change_backings(backend: Backend, change: Callable[[Backings], object]) -> None:
    """Let *change* happen to what custom key stores meet."""
    _check_active(backend)
    with backend.registry.lock.current:
        # What was due before happens in the world as it was.
        backend.registry.settle(backend.clock())
        backend.registry.change(lambda draft: draft.change_backings(change))


def delete_principal(backend: Backend, name: str) -> None:
    """Delete the principal *name*; what names it shows its unique ID from then on."""
    _check_active(backend)
    from ..service.serving import principals  # not at the top: few tests need it

    backend.registry.change(lambda draft: principals.delete(draft, name))


def _check_active(backend: Backend) -> None:
    check_here(backend)
    if not backend.is_active:
        raise KmsMockError(
            "the mock of KMS that this belongs to is over, and nothing changes in it any more; "
            "do it inside the test that takes the `kms` fixture, or inside `with mock_kms():`."
        )


def check_here(backend: Backend) -> None:
    """Refuse what a forked process does by a handle that it has inherited."""
    if active.inherited and backend in active.inherited:
        from .children import refusal  # not at the top: only a forked process needs it

        raise refusal(
            "What a handle does",
            "A client can share the mock, with the option children = 'share'; handles are for "
            "the test's own process.",
        )

"""Request IDs: each call has its own."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.state.request_ids import RequestIds


def test_request_ids_do_not_repeat() -> None:
    """They look like UUIDs, and threads never get the same."""
    request_ids = RequestIds(SYSTEM)
    with ThreadPoolExecutor(4) as pool:
        taken = pool.map(lambda _: [request_ids.take() for _ in range(2000)], range(4))
        ids = [request_id for mine in taken for request_id in mine]

    assert len(set(ids)) == len(ids) == 8000
    assert all(str(uuid.UUID(request_id)) == request_id for request_id in ids)
    assert {uuid.UUID(request_id).version for request_id in ids} == {4}


def test_each_registry_has_others() -> None:
    """And a forked process begins anew."""
    first, second = RequestIds(SYSTEM), RequestIds(SYSTEM)
    ids = [first.take(), second.take()]

    first.renew()
    ids.append(first.take())

    assert len({request_id[:-12] for request_id in ids}) == 3

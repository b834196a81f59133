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


class Given:
    """Randomness that is told what it gives."""

    is_repeatable = True

    def draw(self, length: int) -> bytes:
        return bytes(range(length))

    def copy(self) -> Given:
        return self


def test_they_begin_with_what_was_drawn_and_count_at_their_end() -> None:
    """As a UUID of version 4 has it: its variant is one of four."""
    request_ids = RequestIds(Given())

    taken = [request_ids.take() for _ in range(257)]

    start = "00010203-0405-4607-8809-"
    assert taken[:2] == [f"{start}000000000000", f"{start}000000000001"]
    assert taken[255:] == [f"{start}0000000000ff", f"{start}000000000100"]
    assert {uuid.UUID(RequestIds(SYSTEM).take()).variant for _ in range(50)} == {uuid.RFC_4122}


def test_who_has_given_one_out_can_tell() -> None:
    """Whatever it is that somebody shows."""
    request_ids, other = RequestIds(SYSTEM), RequestIds(SYSTEM)

    assert request_ids.has_taken(request_ids.take())
    assert not request_ids.has_taken(other.take())
    assert not request_ids.has_taken(None)

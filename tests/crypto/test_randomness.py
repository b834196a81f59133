"""Random bytes in stocks: none is given out twice, to whichever thread or process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from pytest_kmsmock.crypto import randomness

FORKING = """
import os
from pytest_kmsmock.crypto import randomness

randomness.block()  # a stock is there
reading, writing = os.pipe()
if os.fork() == 0:
    os.write(writing, b"".join(randomness.block() for _ in range(100)))
    os._exit(0)
os.wait()
theirs = os.read(reading, 100 * randomness.SIZE)
ours = {randomness.block() for _ in range(1000)}
assert len(theirs) == 100 * randomness.SIZE
assert not any(theirs[at : at + 32] in ours for at in range(0, len(theirs), 32))
"""


def test_blocks_are_of_one_size_and_differ() -> None:
    """Also where one stock ends and the next begins."""
    blocks = [randomness.block() for _ in range(1000)]

    assert {len(block) for block in blocks} == {randomness.SIZE}
    assert len(set(blocks)) == len(blocks)


def test_threads_never_get_the_same() -> None:
    taken: list[list[bytes]] = [[] for _ in range(8)]

    def take(mine: list[bytes]) -> None:
        mine.extend(randomness.block() for _ in range(2000))

    threads = [threading.Thread(target=take, args=(mine,)) for mine in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({block for mine in taken for block in mine}) == 8 * 2000


@pytest.mark.skipif(
    not hasattr(os, "fork"), reason="without os.fork, as on Windows, no process inherits a stock"
)
def test_a_forked_process_draws_its_own() -> None:
    # In a process without threads, which may be forked.
    subprocess.run([sys.executable, "-c", FORKING], check=True)

"""The file of a server's state: whole, private, one server's, and never half of one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_kmsmock import KmsMock, KmsMockError
from pytest_kmsmock.commands.state_file import StateFile


@pytest.fixture
def file(tmp_path: Path) -> Iterator[StateFile]:
    """A file of a server, which is open."""
    made = StateFile(str(tmp_path / "state"))
    yield made
    made.close()


def test_what_was_saved_is_there(kms: KmsMock, file: StateFile, tmp_path: Path) -> None:
    key = kms.create_key(alias="alias/app")
    assert not file.open_(kms._backend)
    file.save(kms._backend)
    key.delete()
    file.close()

    assert file.open_(kms._backend)

    assert kms.key("alias/app").id == key.id
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o600


def test_a_file_of_others_becomes_private(kms: KmsMock, file: StateFile, tmp_path: Path) -> None:
    file.open_(kms._backend)
    file.save(kms._backend)
    (tmp_path / "state").chmod(0o644)
    (tmp_path / "state.new").write_text("of a server that was killed")
    (tmp_path / "state.new").chmod(0o666)

    file.save(kms._backend)

    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "state.new").exists()


def test_one_server_has_it(kms: KmsMock, file: StateFile, tmp_path: Path) -> None:
    """And leaves nothing else behind."""
    file.open_(kms._backend)
    file.save(kms._backend)
    with pytest.raises(KmsMockError, match=r"another server has '.*state'"):
        StateFile(str(tmp_path / "state")).open_(kms._backend)

    file.close()

    other = StateFile(str(tmp_path / "state"))
    assert other.open_(kms._backend)
    other.close()
    assert [each.name for each in tmp_path.iterdir()] == ["state"]


def test_the_lock_of_a_server_that_was_killed_is_nobody_s(
    kms: KmsMock, file: StateFile, tmp_path: Path
) -> None:
    (tmp_path / "state.lock").touch()

    assert not file.open_(kms._backend)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda data: b"", "it is empty"),
        (lambda data: data[:-1], "bytes instead of"),
        (lambda data: data + b"x", "bytes instead of"),
        (lambda data: data[:-9] + b"x" + data[-8:], "not what was written"),
        (lambda data: data[:5], "does not begin as one"),
        (lambda data: data[:40], "second line is broken"),
        (lambda data: b"[keys]\n" + data, "does not begin as one"),
        (lambda data: data.replace(b'"form": 1', b'"form": 2'), "form that .* cannot read"),
    ],
)
def test_a_damaged_file_is_named_and_left_alone(
    kms: KmsMock, file: StateFile, tmp_path: Path, damage: Callable[[bytes], bytes], told: str
) -> None:
    kms.create_key()
    file.open_(kms._backend)
    file.save(kms._backend)
    file.close()
    path = tmp_path / "state"
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    kms.create_key()

    with pytest.raises(KmsMockError, match=f"'{path}' is no state of a server, .*{told}"):
        file.open_(kms._backend)

    assert path.read_bytes() == damaged
    assert len(kms.keys) == 2


def test_a_file_that_cannot_be_is_named(kms: KmsMock, tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "state", tmp_path):
        file = StateFile(str(path))
        with pytest.raises(KmsMockError, match=f"'{path}' cannot be (written|read)"):
            file.open_(kms._backend)
        file.close()


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="there are no links")
def test_a_link_leads_to_the_file(kms: KmsMock, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "state")
    file = StateFile(str(tmp_path / "link"))

    file.open_(kms._backend)
    file.save(kms._backend)
    file.close()

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "state").is_file()


def test_who_writes_at_once_waits_for_one_writing(kms: KmsMock, file: StateFile) -> None:
    """And each for one that has begun after its own change."""
    backend = kms._backend
    file.open_(backend)
    saved = []
    save = file.save

    def note(*arguments: object) -> None:
        saved.append(len(kms.keys))
        save(backend)

    file.save = note  # type: ignore[method-assign, assignment]

    async def work(function: Callable[[], None]) -> None:
        await asyncio.sleep(0.01)
        function()

    async def write() -> None:
        kms.create_key()
        await file.settle(backend, work)

    async def all_at_once() -> None:
        await asyncio.gather(*(write() for _ in range(20)))
        await file.settle(backend, work)

    asyncio.run(all_at_once())

    assert saved[-1] == 20
    assert len(saved) <= 3


def test_who_cannot_write_does_not_answer(kms: KmsMock, file: StateFile) -> None:
    """The next writing has it all."""
    backend = kms._backend
    file.open_(backend)
    kms.create_key()

    async def fail(function: Callable[[], None]) -> None:
        raise OSError("the disk is full")

    async def work(function: Callable[[], None]) -> None:
        function()

    with pytest.raises(OSError, match="full"):
        asyncio.run(file.settle(backend, fail))
    asyncio.run(file.settle(backend, work))
    file.close()
    file.open_(backend)

    assert len(kms.keys) == 1

"""A pool makes each pair once, and believes only files that its owner alone could write."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pytest_kmsmock import mock_kms
from pytest_kmsmock.crypto import keypool, rsa
from pytest_kmsmock.crypto.keypool import KeyPool
from pytest_kmsmock.crypto.randomness import SYSTEM

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "pairs"


class Made(list[str]):
    """Makes pairs that cost nothing, and tells of which specs."""

    def __call__(self, spec: str) -> bytes:
        self.append(spec)
        return f"pair {len(self)} of {spec} by process {os.getpid()}".encode()


@pytest.fixture
def made() -> Made:
    return Made()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_pool_gives_real_pairs(folder: Path) -> None:
    first = KeyPool(lambda spec: rsa.generate(spec, SYSTEM), folder).take("RSA_2048", 0)

    again = KeyPool(lambda spec: rsa.generate(spec, SYSTEM), folder).take("RSA_2048", 0)

    assert again == first
    assert rsa.is_private_key("RSA_2048", again)


def test_files_are_for_the_specs_whose_pairs_are_slow_to_make(folder: Path, made: Made) -> None:
    pool = KeyPool(made, folder)

    pairs = [pool.take("ECC_NIST_P384", n) for n in (0, 1, 0, 1)]

    assert keypool.IN_FILES == ("RSA_2048", "RSA_3072", "RSA_4096")
    assert pairs[:2] == pairs[2:]
    assert len(made) == 2
    assert not folder.exists()


def test_of_the_others_only_the_first_are_kept(made: Made) -> None:
    pool = KeyPool(made)

    pairs = [pool.take(spec, n) for spec in ("ECC_NIST_P256", "RSA_2048") for n in range(80)]
    again = [pool.take(spec, n) for spec in ("ECC_NIST_P256", "RSA_2048") for n in range(80)]

    assert len(set(pairs)) == 160
    assert pairs[:64] + pairs[80:] == again[:64] + again[80:]
    assert not set(pairs[64:80]) & set(again)


def test_each_number_is_its_own_pair(folder: Path, made: Made) -> None:
    pool = KeyPool(made, folder)

    pairs = [pool.take(spec, n) for spec in keypool.IN_FILES for n in range(3)]

    assert len(set(pairs)) == 9
    assert pairs == [pool.take(spec, n) for spec in keypool.IN_FILES for n in range(3)]
    assert len(made) == 9


def test_the_next_run_makes_nothing(folder: Path, made: Made) -> None:
    pairs = [KeyPool(made, folder).take("RSA_2048", n) for n in range(3)]

    assert [KeyPool(made, folder).take("RSA_2048", n) for n in range(3)] == pairs
    assert len(made) == 3


def test_without_a_folder_pairs_live_in_memory(
    tmp_path: Path, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pool = KeyPool(made)

    assert pool.take("RSA_2048", 0) == pool.take("RSA_2048", 0)
    assert pool.take("RSA_2048", 0) != KeyPool(made).take("RSA_2048", 0)
    assert pool.problem is None
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_before_a_pair_is_taken(folder: Path, made: Made) -> None:
    KeyPool(made, folder)

    assert not folder.parent.exists()


def test_its_repr_shows_no_secret(folder: Path, made: Made) -> None:
    pool = KeyPool(made, folder)
    pool.take("RSA_2048", 0)

    assert repr(pool) == f"KeyPool(folder={folder!r}, pairs=1)"


@posix
def test_folder_and_files_are_their_owners_alone(folder: Path, made: Made) -> None:
    old = os.umask(0)
    try:
        KeyPool(made, folder).take("RSA_2048", 0)
    finally:
        os.umask(old)

    assert mode(folder) == 0o700
    assert [mode(path) for path in folder.iterdir()] == [0o600]


@posix
def test_what_others_could_read_is_closed_and_used(folder: Path, made: Made) -> None:
    """An unpacked archive, such as a CI cache, opens files to readers."""
    pair = KeyPool(made, folder).take("RSA_2048", 0)
    folder.chmod(0o755)
    (folder / "RSA_2048-0.key").chmod(0o644)

    assert KeyPool(made, folder).take("RSA_2048", 0) == pair
    assert mode(folder) == 0o700
    assert mode(folder / "RSA_2048-0.key") == 0o600


@posix
@pytest.mark.parametrize("writable", [0o620, 0o602])
def test_a_file_that_others_can_write_is_replaced(folder: Path, made: Made, writable: int) -> None:
    pair = KeyPool(made, folder).take("RSA_2048", 0)
    (folder / "RSA_2048-0.key").chmod(writable)

    assert KeyPool(made, folder).take("RSA_2048", 0) != pair
    assert mode(folder / "RSA_2048-0.key") == 0o600


@posix
@pytest.mark.parametrize("writable", [0o770, 0o777])
def test_a_folder_that_others_can_write_is_not_used(
    folder: Path, made: Made, writable: int
) -> None:
    pair = KeyPool(made, folder).take("RSA_2048", 0)
    folder.chmod(writable)
    pool = KeyPool(made, folder)

    assert pool.take("RSA_2048", 0) != pair
    assert pool.take("RSA_2048", 0) == pool.take("RSA_2048", 0)
    assert pool.problem == f"{folder} can be written by other users"


@posix
def test_what_belongs_to_another_user_is_not_used(
    folder: Path, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = KeyPool(made, folder).take("RSA_2048", 0)
    stranger = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: stranger)
    pool = KeyPool(made, folder)

    assert pool.take("RSA_2048", 0) != pair
    assert pool.problem == f"{folder} belongs to another user"


@posix
def test_links_are_not_followed(folder: Path, tmp_path: Path, made: Made) -> None:
    pair = KeyPool(made, folder).take("RSA_2048", 0)
    path = folder / "RSA_2048-0.key"
    path.rename(tmp_path / path.name)
    path.symlink_to(tmp_path / path.name)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.symlink_to(folder, target_is_directory=True)
    pool = KeyPool(made, elsewhere)

    assert KeyPool(made, folder).take("RSA_2048", 0) != pair
    assert not path.is_symlink()
    pool.take("RSA_2048", 1)
    assert pool.problem == f"{elsewhere} is not a folder"


@posix
def test_a_pipe_does_not_hang_it(folder: Path, made: Made) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    os.mkfifo(folder / "RSA_2048-0.key", 0o600)

    assert KeyPool(made, folder).take("RSA_2048", 0)
    assert (folder / "RSA_2048-0.key").is_file()


@pytest.mark.parametrize("damage", ["empty", "cut", "bit", "grown", "other"])
def test_a_broken_file_is_replaced(folder: Path, made: Made, damage: str) -> None:
    pair = KeyPool(made, folder).take("RSA_2048", 0)
    path = folder / "RSA_2048-0.key"
    content = path.read_bytes()
    path.write_bytes(
        {
            "empty": b"",
            "cut": content[:-1],
            "bit": content[:-1] + bytes([content[-1] ^ 1]),
            "grown": content + b"\0",
            "other": pair,
        }[damage]
    )

    replaced = KeyPool(made, folder).take("RSA_2048", 0)

    assert replaced != pair
    assert KeyPool(made, folder).take("RSA_2048", 0) == replaced


def test_a_copied_file_does_not_make_two_keys_share_a_pair(folder: Path, made: Made) -> None:
    pool = KeyPool(made, folder)
    pair = pool.take("RSA_2048", 0)
    (folder / "RSA_2048-1.key").write_bytes((folder / "RSA_2048-0.key").read_bytes())

    assert pool.take("RSA_2048", 1) != pair


def test_a_killed_run_leaves_nothing_for_ever(folder: Path, made: Made) -> None:
    KeyPool(made, folder).take("RSA_2048", 0)
    old, young = folder / ".RSA_2048-1.key.a.tmp", folder / ".RSA_2048-1.key.b.tmp"
    old.write_bytes(b"half")
    young.write_bytes(b"of another process")
    os.utime(old, (time.time() - 7200,) * 2)

    KeyPool(made, folder).take("RSA_2048", 0)

    assert not old.exists()
    assert young.exists()


def test_a_file_appears_whole_or_not_at_all(
    folder: Path, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(path: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)

    assert KeyPool(made, folder).take("RSA_2048", 0)
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_costs_time_not_tests(tmp_path: Path, made: Made) -> None:
    (tmp_path / "file").write_text("")
    pool = KeyPool(made, tmp_path / "file" / "pairs")

    assert pool.take("RSA_2048", 0) == pool.take("RSA_2048", 0)
    assert pool.problem is not None
    assert str(tmp_path / "file") in pool.problem


def test_threads_get_the_same_pair(folder: Path, made: Made) -> None:
    pool = KeyPool(made, folder)
    taken: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: taken.append(pool.take("RSA_2048", 0))) for _ in range(8)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == 8
    assert len(set(taken)) == len(made) == 1


TAKE_SOME = """
import sys
from pathlib import Path
from pytest_kmsmock.crypto import rsa
from pytest_kmsmock.crypto.keypool import KeyPool
from pytest_kmsmock.crypto.randomness import SYSTEM

pool = KeyPool(lambda spec: rsa.generate(spec, SYSTEM), Path(sys.argv[1]))
print(*(pool.take("RSA_2048", n).hex() for n in range(3)))
"""


def test_several_processes_share_a_folder(folder: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TAKE_SOME, folder], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    taken = [process.communicate()[0].split() for process in processes]

    pool = KeyPool(lambda spec: rsa.generate(spec, SYSTEM), folder)
    stored = [pool.take("RSA_2048", n).hex() for n in range(3)]
    for pairs in taken:
        assert len(set(pairs)) == 3
        assert all(rsa.is_private_key("RSA_2048", bytes.fromhex(pair)) for pair in pairs)
    assert all(stored[n] in {pairs[n] for pairs in taken} for n in range(3))
    assert sorted(path.name for path in folder.iterdir()) == [f"RSA_2048-{n}.key" for n in range(3)]


def test_a_dry_run_uses_up_no_pair() -> None:
    """So the next data key pair is the first, as in a mock without the dry run."""

    def first_pair(*dry_runs: bool) -> bytes:
        with mock_kms() as kms:
            kms.create_key(alias="alias/app")
            client = kms.client()
            request = {"KeyId": "alias/app", "KeyPairSpec": "ECC_NIST_P256"}
            for _ in dry_runs:
                with pytest.raises(client.exceptions.DryRunOperationException):
                    client.generate_data_key_pair(**request, DryRun=True)
            public: bytes = client.generate_data_key_pair(**request)["PublicKey"]
            return public

    assert first_pair(True, True) == first_pair()

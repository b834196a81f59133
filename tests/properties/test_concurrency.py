"""Threads and tasks that share a mock: nothing is lost or torn, and the record is whole."""

from __future__ import annotations

import asyncio
import collections
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pytest_kmsmock import KmsMock
from pytest_kmsmock.crypto import rsa
from pytest_kmsmock.crypto.keypool import IN_FILES, KeyPool
from pytest_kmsmock.crypto.randomness import SYSTEM

WORKERS, LIVES = 8, 6


@pytest.fixture
def frequent_switches() -> Iterator[None]:
    """Threads give way wherever they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def live(client: Any, name: str) -> list[str]:
    """Do what an application does with a key of its own, *name*; return what was called."""
    made = client.create_key(Description=name, Tags=[{"TagKey": "of", "TagValue": name}])
    key_id, alias = made["KeyMetadata"]["KeyId"], f"alias/{name}"
    client.create_alias(AliasName=alias, TargetKeyId=key_id)
    context = {"of": name}
    blob = client.encrypt(KeyId=alias, Plaintext=name, EncryptionContext=context)["CiphertextBlob"]
    client.rotate_key_on_demand(KeyId=key_id)
    opened = client.decrypt(CiphertextBlob=blob, EncryptionContext=context)
    assert opened["Plaintext"] == name.encode()
    grant = client.create_grant(KeyId=key_id, GranteePrincipal=ROLE, Operations=["Decrypt"])
    listed = client.list_grants(KeyId=key_id)["Grants"]
    assert [each["GrantId"] for each in listed] == [grant["GrantId"]]
    client.revoke_grant(KeyId=key_id, GrantId=grant["GrantId"])
    client.disable_key(KeyId=key_id)
    described = client.describe_key(KeyId=alias)["KeyMetadata"]
    assert (described["KeyState"], described["Description"]) == ("Disabled", name)
    client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    with pytest.raises(client.exceptions.KMSInvalidStateException):
        client.encrypt(KeyId=key_id, Plaintext=name)
    return LIFE


ROLE = "arn:aws:iam::123456789012:role/app"
LIFE = [
    *("CreateKey", "CreateAlias", "Encrypt", "RotateKeyOnDemand", "Decrypt", "CreateGrant"),
    *("ListGrants", "RevokeGrant", "DisableKey", "DescribeKey", "ScheduleKeyDeletion", "Encrypt"),
]


def check_record(kms: KmsMock, calls_of: dict[str, list[str]]) -> None:
    """Check that each of *calls_of*, by the name of a key, is on record, once and in order."""
    recorded = collections.defaultdict(list)
    names: dict[str, str] = {}
    for call in kms.calls:
        if call.operation == "CreateKey":
            assert call.response is not None
            names[call.response["KeyMetadata"]["KeyId"]] = call.params["Description"]
        if call.keys:
            recorded[names[call.keys[0].id]].append(call.operation)

    assert dict(recorded) == calls_of
    assert len({call.request_id for call in kms.calls}) == len(kms.calls)


def in_threads(work: Callable[[int], Any]) -> list[Any]:
    """Do *work* in all workers at once; return what each returns, and raise what one raises."""
    start = threading.Barrier(WORKERS)

    def begin(worker: int) -> Any:
        start.wait()
        return work(worker)

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(begin, range(WORKERS)))


@pytest.mark.usefixtures("frequent_switches")
def test_the_keys_of_threads_live_their_lives_side_by_side(kms: KmsMock) -> None:
    """Each is as if it were alone, and the record has every call in its thread's order."""
    shared = kms.client()

    def work(worker: int) -> dict[str, list[str]]:
        return {
            name: live(shared, name) for name in (f"{worker}-{number}" for number in range(LIVES))
        }

    calls_of = {name: life for lives in in_threads(work) for name, life in lives.items()}

    check_record(kms, calls_of)
    assert len(kms.keys) == WORKERS * LIVES
    assert {key.metadata["KeyState"] for key in kms.keys} == {"PendingDeletion"}
    assert sorted(name for key in kms.keys for name in key.aliases) == sorted(
        f"alias/{name}" for name in calls_of
    )


def test_tasks_live_side_by_side_too(kms: KmsMock) -> None:
    """A client that blocks is called from a thread, with the context of its task."""
    shared = kms.client()

    async def everybody() -> dict[str, list[str]]:
        names = [f"task-{number}" for number in range(WORKERS * 2)]
        lives = await asyncio.gather(*(asyncio.to_thread(live, shared, name) for name in names))
        return dict(zip(names, lives, strict=True))

    check_record(kms, asyncio.run(everybody()))


@pytest.mark.usefixtures("frequent_switches")
def test_who_lists_sees_keys_whole(kms: KmsMock) -> None:
    """While others come and go: what is listed twice over is one state, page after page."""
    shared = kms.client()
    for number in range(30):
        kms.create_key(f"alias/there-{number}")
    over = threading.Event()
    finished: list[int] = []

    def read() -> int:
        turns = 0
        while not over.is_set() or not turns:
            pages = shared.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 7})
            names = [alias["AliasName"] for page in pages for alias in page["Aliases"]]
            assert len(set(names)) == len(names)
            assert {f"alias/there-{number}" for number in range(30)} <= set(names)
            turns += 1
        return turns

    def work(worker: int) -> int:
        if worker < 2:
            return read()
        try:
            for number in range(LIVES):
                live(shared, f"{worker}-{number}")
        finally:
            finished.append(worker)
            if len(finished) == WORKERS - 2:
                over.set()
        return 0

    turns = in_threads(work)

    assert all(turns[:2])


@pytest.mark.usefixtures("frequent_switches")
def test_a_snapshot_is_of_one_moment(kms: KmsMock) -> None:
    """What one call has changed is in it as a whole, or not at all; so is what is restored."""
    shared = kms.client()
    kms.create_key("alias/app")
    key_id = shared.describe_key(KeyId="alias/app")["KeyMetadata"]["KeyId"]
    before = kms.snapshot()

    def work(worker: int) -> list[Any]:
        if worker:
            for number in range(20):
                value = f"{worker}-{number}"
                tags = [{"TagKey": key, "TagValue": value} for key in ("a", "b", "c")]
                shared.tag_resource(KeyId=key_id, Tags=tags)
            return []
        return [kms.snapshot() for _ in range(100)]

    snapshots = [each for found in in_threads(work) for each in found]
    for snapshot in snapshots[::10]:
        kms.restore(snapshot)
        tags = shared.list_resource_tags(KeyId=key_id)["Tags"]
        assert len({tag["TagValue"] for tag in tags}) <= 1

    kms.restore(before)
    assert shared.list_resource_tags(KeyId=key_id)["Tags"] == []
    assert kms.calls("TagResource").operations == ["TagResource"] * 20 * (WORKERS - 1)


FILLING = """
import sys
from pathlib import Path
from pytest_kmsmock.crypto import rsa
from pytest_kmsmock.crypto.keypool import KeyPool
from pytest_kmsmock.crypto.randomness import SYSTEM

pool = KeyPool(lambda spec: rsa.generate(spec, SYSTEM), Path(sys.argv[1]))
for number in range(10_000):
    pool.take("RSA_2048", number)
    print(number, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no such signal")
def test_workers_that_are_killed_leave_a_usable_pool(tmp_path: Path) -> None:
    """Whatever they were about: each pair that is there is whole, and the others are made."""
    folder = tmp_path / "pairs"
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", FILLING, str(folder)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    try:
        for turn, worker in enumerate(workers):
            assert worker.stdout is not None
            for _ in range(2 + turn):
                assert worker.stdout.readline()
    finally:
        for worker in workers:
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
            assert worker.stdout is not None
            worker.stdout.close()
    there = sorted(folder.glob("*.key"))
    long_ago = time.time() - 7200
    for left in folder.glob(".*.tmp"):
        os.utime(left, (long_ago, long_ago))

    pool = KeyPool(lambda spec: rsa.generate(spec, SYSTEM), folder)
    pairs = [pool.take("RSA_2048", number) for number in range(len(there) + 1)]

    assert "RSA_2048" in IN_FILES
    assert len(there) >= 3
    assert all(rsa.is_private_key("RSA_2048", pair) for pair in pairs)
    assert len(set(pairs)) == len(pairs)
    assert pool.problem is None
    assert list(folder.glob(".*.tmp")) == []

"""Clients of aiobotocore and aioboto3: the same fixture, the same answers, the same record."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms

pytest.importorskip("aiobotocore")
pytest.importorskip("pytest_asyncio")

from aiobotocore.session import get_session

pytestmark = pytest.mark.asyncio

MODES = ["legacy", "standard", "adaptive"]


def new_client() -> Any:
    return get_session().create_client("kms", region_name="us-east-1")


AT_IMPORT = get_session().create_client("kms", region_name="us-east-1")


# The direct path.


async def test_a_client_is_answered(kms: KmsMock, client_of: Any, connections: list[Any]) -> None:
    """What it seals a handle opens."""
    key = kms.create_key(alias="alias/app")

    async with client_of() as client:
        sealed = await client.encrypt(KeyId="alias/app", Plaintext=b"secret")
        opened = await client.decrypt(CiphertextBlob=sealed["CiphertextBlob"])

    assert opened["Plaintext"] == b"secret"
    assert key.decrypt(sealed["CiphertextBlob"]) == b"secret"


async def test_a_client_of_the_module_is_answered(kms: KmsMock, connections: list[Any]) -> None:
    async with AT_IMPORT as client:
        assert (await client.list_keys())["Keys"] == []


async def test_the_record_tells_the_line_of_the_application(kms: KmsMock, client_of: Any) -> None:
    kms.create_key(alias="alias/app")

    async with client_of() as client:
        response = await client.describe_key(KeyId="alias/app")

    (call,) = kms.calls
    assert call.operation == "DescribeKey"
    assert call.request_id == response["ResponseMetadata"]["RequestId"]
    assert call.source.startswith("tests/asynchronous/test_clients.py:")


async def test_errors_are_the_clients_own(kms: KmsMock, client_of: Any) -> None:
    async with client_of() as client:
        with pytest.raises(client.exceptions.NotFoundException, match="alias/none"):
            await client.describe_key(KeyId="alias/none")

    assert kms.calls[0].error is not None


async def test_regions_are_apart(kms: KmsMock, client_of: Any) -> None:
    async with client_of("eu-west-1") as west, client_of("us-east-1") as east:
        await west.create_key()

        assert len((await west.list_keys())["Keys"]) == 1
        assert (await east.list_keys())["Keys"] == []


@pytest.mark.parametrize("transport", ["direct", "wire"])
async def test_a_region_that_is_none_is_reached_by_nobody(transport: Any) -> None:
    with mock_kms(transport=transport) as kms:
        async with get_session().create_client("kms", region_name="us-east-9") as client:
            with pytest.raises(EndpointConnectionError, match=r"kms\.us-east-9\."):
                await client.list_keys()

    assert kms.calls[0].error is not None


async def test_paginators_work(kms: KmsMock, client_of: Any) -> None:
    for _ in range(3):
        kms.create_key()

    async with client_of() as client:
        pages = client.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2})
        sizes = [len(page["Keys"]) async for page in pages]

    assert sizes == [2, 1]


async def test_many_calls_at_once(kms: KmsMock, client_of: Any) -> None:
    """Two hundred, each with its own answer and its own place in the record."""
    kms.create_key(alias="alias/app")

    async with client_of() as client:

        async def round_trip(number: int) -> int:
            text = str(number).encode()
            sealed = await client.encrypt(KeyId="alias/app", Plaintext=text)
            opened = await client.decrypt(CiphertextBlob=sealed["CiphertextBlob"])
            return int(opened["Plaintext"])

        numbers = await asyncio.gather(*(round_trip(number) for number in range(200)))

    assert numbers == list(range(200))
    assert len(kms.calls("Encrypt")) == len(kms.calls("Decrypt")) == 200


async def test_aioboto3_is_answered(kms: KmsMock, connections: list[Any]) -> None:
    aioboto3 = pytest.importorskip("aioboto3")

    async with aioboto3.Session().client("kms", region_name="us-east-1") as client:
        await client.create_key()

    kms.calls.assert_called_once("CreateKey")


@mock_kms(keys=["alias/app"])
async def test_a_coroutine_can_be_decorated() -> None:
    async with new_client() as client:
        assert len((await client.list_keys())["Keys"]) == 1


async def test_the_stubber_wins(kms: KmsMock, client_of: Any) -> None:
    """Aiobotocore's is botocore's own, where it has one."""
    stub = pytest.importorskip("aiobotocore.stub")

    async with client_of() as client:
        with stub.AioStubber(client) as stubber:
            stubber.add_response("list_keys", {"Keys": [], "Truncated": True})
            assert (await client.list_keys())["Truncated"] is True

    assert not kms.calls


# Faults.


@pytest.mark.parametrize("mode", MODES)
async def test_retries_are_real(kms: KmsMock, client_of: Any, mode: str) -> None:
    """Aiobotocore's own; the response and the record count them."""
    kms.throttle("ListKeys", times=2)

    async with client_of(retries={"mode": mode, "total_max_attempts": 4}) as client:
        response = await client.list_keys()

    assert response["Keys"] == []
    assert response["ResponseMetadata"]["RetryAttempts"] == 2
    assert [(call.operation, call.retries) for call in kms.calls] == [("ListKeys", 2)]
    assert kms.calls[0].source.startswith("tests/asynchronous/test_clients.py:")


@pytest.mark.parametrize("mode", MODES)
async def test_the_client_gives_up(kms: KmsMock, client_of: Any, mode: str) -> None:
    kms.throttle("ListKeys", times=None)

    async with client_of(retries={"mode": mode, "total_max_attempts": 3}) as client:
        with pytest.raises(ClientError) as caught:
            await client.list_keys()

    assert caught.value.response["Error"]["Code"] == "ThrottlingException"
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 2


@pytest.mark.parametrize("mode", MODES)
async def test_back_off_costs_no_time(kms: KmsMock, client_of: Any, mode: str) -> None:
    kms.throttle("ListKeys", times=9)
    began = time.perf_counter()

    async with client_of(retries={"mode": mode, "total_max_attempts": 10}) as client:
        response = await client.list_keys()

    assert response["ResponseMetadata"]["RetryAttempts"] == 9
    assert time.perf_counter() - began < 2


async def test_the_applications_own_sleep_is_untouched(kms: KmsMock, client_of: Any) -> None:
    """Also while a call is under way in another task."""
    sleep = asyncio.sleep
    kms.throttle("ListKeys", times=2)

    async with client_of() as client:
        began = time.perf_counter()
        await asyncio.gather(client.list_keys(), asyncio.sleep(0.05))

    assert time.perf_counter() - began >= 0.05
    assert asyncio.sleep is sleep


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("refused", EndpointConnectionError),
        ("read-timeout", ReadTimeoutError),
        ("closed", ConnectionClosedError),
    ],
)
async def test_a_lost_connection(kms: KmsMock, client_of: Any, kind: Any, error: type) -> None:
    kms.disconnect("ListKeys", kind)

    async with client_of(retries={"total_max_attempts": 1}) as client:
        with pytest.raises(error):
            await client.list_keys()

    kms.calls.assert_called_once("ListKeys")


async def test_a_delay_moves_the_services_clock(kms: KmsMock, client_of: Any) -> None:
    kms.delay("ListKeys", 30)

    async with client_of() as client:
        await client.list_keys()

    assert kms.clock.offset == 30


async def test_a_delay_beyond_the_read_timeout(kms: KmsMock, client_of: Any) -> None:
    kms.delay("ListKeys", 30)

    async with client_of(read_timeout=5, retries={"total_max_attempts": 1}) as client:
        with pytest.raises(ReadTimeoutError):
            await client.list_keys()


async def test_a_real_delay_leaves_the_event_loop_running(kms: KmsMock, client_of: Any) -> None:
    """Other tasks go on meanwhile, as they would against AWS."""
    kms.delay("ListKeys", 0.2, real=True)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    async with client_of() as client:
        ticking = asyncio.create_task(tick())
        began = time.perf_counter()
        await client.list_keys()
        took = time.perf_counter() - began
        ticking.cancel()

    assert took >= 0.2
    assert ticks > 3


async def test_faults_of_many_calls_at_once(kms: KmsMock, client_of: Any) -> None:
    """Two hundred calls share fifty throttled attempts; nothing is lost or counted twice."""
    kms.throttle("ListKeys", times=50)

    async with client_of(retries={"mode": "legacy", "total_max_attempts": 60}) as client:
        responses = await asyncio.gather(*(client.list_keys() for _ in range(200)))

    retries = [response["ResponseMetadata"]["RetryAttempts"] for response in responses]
    assert sum(retries) == sum(call.retries for call in kms.calls) == 50
    assert len(kms.calls) == 200
    assert len({call.request_id for call in kms.calls}) == 200


async def test_a_cancelled_call_leaves_nothing_behind(kms: KmsMock, client_of: Any) -> None:
    """A timeout of the application's own cancels its task in the middle of a call."""
    kms.delay("ListKeys", 10, real=True)

    async with client_of() as client:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.list_keys(), 0.05)

        assert (await client.list_aliases())["Aliases"] == []


@pytest.mark.kms(transport="wire")
async def test_the_wire_answers_as_the_direct_path(kms: KmsMock, client_of: Any) -> None:
    """Blobs, times, lists and errors go through aiobotocore's parser."""
    async with client_of() as client:
        metadata = (await client.create_key(Tags=[{"TagKey": "a", "TagValue": "b"}]))["KeyMetadata"]
        sealed = await client.encrypt(KeyId=metadata["KeyId"], Plaintext=b"x")
        tags = await client.list_resource_tags(KeyId=metadata["KeyId"])
        with pytest.raises(client.exceptions.NotFoundException):
            await client.describe_key(KeyId="alias/none")
        with mock_kms() as direct:
            same = direct.create_key(key_id=metadata["KeyId"]).metadata

    assert kms.key(metadata["KeyId"]).decrypt(sealed["CiphertextBlob"]) == b"x"
    assert tags["Tags"] == [{"TagKey": "a", "TagValue": "b"}]
    for differing in ("CreationDate", "CurrentKeyMaterialId"):
        assert type(metadata.pop(differing)) is type(same.pop(differing))
    assert metadata == same


async def test_all_is_restored_when_the_mock_ends(client_of: Any) -> None:
    import aiobotocore.endpoint
    import aiobotocore.retries.bucket

    def state() -> list[Any]:
        return [
            dict(vars(aiobotocore.endpoint.AioEndpoint)),
            dict(vars(aiobotocore.retries.bucket.AsyncTokenBucket)),
            dict(vars(aiobotocore.endpoint)),
        ]

    before = state()
    with mock_kms() as kms:
        kms.throttle("ListKeys")
        async with client_of() as client:
            await client.list_keys()

    assert state() == before


async def test_a_misuse_reaches_the_test(kms: KmsMock) -> None:
    with pytest.raises(KmsMockError):
        kms.fail("ListKeys", "Oops")


async def test_threads_and_tasks_share_the_mock(kms: KmsMock, client_of: Any) -> None:
    """A client of botocore in a thread, beside one of aiobotocore."""
    kms.throttle("ListKeys", times=4)
    blocking = kms.client(retries={"mode": "legacy", "total_max_attempts": 10})

    async with client_of(retries={"mode": "legacy", "total_max_attempts": 10}) as client:
        responses = await asyncio.gather(
            *(asyncio.to_thread(blocking.list_keys) for _ in range(10)),
            *(client.list_keys() for _ in range(10)),
        )

    assert sum(each["ResponseMetadata"]["RetryAttempts"] for each in responses) == 4

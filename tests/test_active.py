"""Which mock answers where: the context's own, the test's fixtures', or the only one."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import botocore.session
import pytest

from pytest_kmsmock import KmsMock, KmsMockError, active, mock_kms

CLIENT: Any = botocore.session.Session().create_client("kms", region_name="us-east-1")


def number_of_keys() -> int:
    return len(CLIENT.list_keys()["Keys"])


@mock_kms
async def keys_after_making(number: int) -> int:
    for _ in range(number):
        CLIENT.create_key()
        await asyncio.sleep(0)
    return number_of_keys()


def test_coroutines_side_by_side_have_a_mock_each() -> None:
    async def main() -> list[int]:
        return await asyncio.gather(*[keys_after_making(number) for number in (3, 1, 7)])

    assert asyncio.run(main()) == [3, 1, 7]


def test_threads_side_by_side_have_a_mock_each() -> None:
    together = threading.Barrier(3)

    def work(number: int) -> int:
        with mock_kms():
            together.wait()
            for _ in range(number):
                CLIENT.create_key()
            together.wait()
            return number_of_keys()

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(work, (3, 1, 7))) == [3, 1, 7]


def test_a_task_finds_the_mock_of_who_has_started_it() -> None:
    async def main() -> int:
        with mock_kms():
            CLIENT.create_key()
            return await asyncio.create_task(asyncio.to_thread(number_of_keys))

    assert asyncio.run(main()) == 1


def test_a_task_that_outlives_its_mock_is_answered_by_the_one_around() -> None:
    async def main() -> tuple[int, int]:
        go_on = asyncio.Event()

        async def wait_and_count() -> int:
            await go_on.wait()
            return number_of_keys()

        with mock_kms():
            CLIENT.create_key()
            with mock_kms():
                task = asyncio.create_task(wait_and_count())
                await asyncio.sleep(0)
            go_on.set()
            return await task, number_of_keys()

    assert asyncio.run(main()) == (1, 1)


def test_a_pool_that_was_there_before_finds_the_only_mock() -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        with mock_kms(), mock_kms():
            CLIENT.create_key()

            assert pool.submit(number_of_keys).result() == 1


def test_a_thread_finds_the_mock_of_the_test_s_fixture_wherever_others_are(kms: KmsMock) -> None:
    """A fixture's mock belongs to the test, whatever thread runs it."""
    kms.create_key()
    entered, over = threading.Event(), threading.Event()

    def stay() -> None:
        with mock_kms():
            entered.set()
            over.wait()

    with ThreadPoolExecutor(2) as pool:
        staying = pool.submit(stay)
        entered.wait()
        assert pool.submit(number_of_keys).result() == 1
        over.set()
        staying.result()


def test_where_several_could_be_meant_the_author_is_told_which() -> None:
    """By the lines that have entered them; and what to write instead."""
    with ThreadPoolExecutor(3) as pool:
        entered, over = threading.Barrier(3), threading.Event()

        def stay() -> None:
            with mock_kms():
                entered.wait()
                over.wait()

        staying = [pool.submit(stay) for _ in range(2)]
        entered.wait()
        with pytest.raises(KmsMockError, match="more than one that it could mean") as caught:
            pool.submit(number_of_keys).result()
        over.set()
        for each in staying:
            each.result()

    assert str(caught.value).count("test_active.py:") == 2
    assert "copy_context" in str(caught.value)


def test_a_context_that_was_copied_has_the_mock_of_its_origin() -> None:
    """What the message recommends."""
    with mock_kms():
        CLIENT.create_key()
        context = contextvars.copy_context()
        with mock_kms(), ThreadPoolExecutor(1) as pool:
            assert pool.submit(context.run, number_of_keys).result() == 1
            assert number_of_keys() == 0


def test_a_mock_that_ends_in_another_thread_is_over() -> None:
    """As a fixture's teardown may run elsewhere than its set-up."""
    mock = mock_kms()
    mock.__enter__()

    thread = threading.Thread(target=mock.__exit__, args=(None, None, None))
    thread.start()
    thread.join()

    assert active.innermost() is None
    assert not active.is_any()

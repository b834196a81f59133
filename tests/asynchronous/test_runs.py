"""Whole runs with coroutine tests: pytest-asyncio and anyio, on asyncio and on trio."""

from __future__ import annotations

import pytest

pytest.importorskip("aiobotocore")

APPLICATION = """
    from aiobotocore.session import get_session

    def new_client(**options):
        return get_session().create_client("kms", region_name="us-east-1", **options)
"""


@pytest.fixture
def arranged(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(application=APPLICATION)
    return pytester


def test_pytest_asyncio(arranged: pytest.Pytester) -> None:
    """Tests, fixtures, the decorator, the sweep, a fault that never happened."""
    pytest.importorskip("pytest_asyncio")
    arranged.makepyfile(
        test_it="""
        import pytest
        from botocore.exceptions import BotoCoreError, ClientError
        from pytest_kmsmock import mock_kms
        from application import new_client

        @pytest.fixture
        async def client(kms):
            async with new_client() as client:
                yield client

        async def test_fixture(kms, client):
            await client.list_keys()
            kms.calls.assert_called_once("ListKeys")

        @mock_kms
        async def test_decorated():
            async with new_client() as client:
                assert (await client.list_keys())["Keys"] == []

        @mock_kms
        class TestClass:
            async def test_it(self):
                async with new_client() as client:
                    await client.create_key()
                    assert len((await client.list_keys())["Keys"]) == 1

        @pytest.mark.kms_failures("ListKeys")
        async def test_swept(kms, client):
            with pytest.raises((BotoCoreError, ClientError)):
                await client.list_keys()

        async def test_unused(kms, client):
            kms.throttle("Decrypt")
        """
    )

    result = arranged.runpytest_subprocess(
        "-p", "pytest_kmsmock.plugin", "-p", "pytest_asyncio.plugin",
        "-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function",
    )  # fmt: skip

    from pytest_kmsmock.plugin.failures import failures_of

    result.assert_outcomes(passed=3 + len(failures_of("ListKeys")), failed=1)
    assert "kms.throttle('Decrypt')" in result.stdout.str()


def test_anyio(arranged: pytest.Pytester) -> None:
    """On asyncio, where aiobotocore runs."""
    pytest.importorskip("anyio")
    arranged.makepyfile(
        test_it="""
        import anyio
        import pytest
        from aiobotocore.config import AioConfig
        from application import new_client

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.mark.anyio
        async def test_it(kms):
            kms.throttle("ListKeys", times=3)
            found = []

            config = AioConfig(retries={"mode": "legacy", "total_max_attempts": 5})
            async with new_client(config=config) as client:
                async def call():
                    found.append(await client.list_keys())

                async with anyio.create_task_group() as group:
                    for _ in range(20):
                        group.start_soon(call)

            assert sum(each["ResponseMetadata"]["RetryAttempts"] for each in found) == 3
            assert len(kms.calls) == 20
        """
    )

    result = arranged.runpytest_subprocess(
        "-p", "pytest_kmsmock.plugin", "-p", "anyio.pytest_plugin"
    )

    result.assert_outcomes(passed=1)


def test_trio(arranged: pytest.Pytester) -> None:
    """Aiobotocore needs asyncio; a client of botocore in trio's threads does not."""
    pytest.importorskip("anyio")
    pytest.importorskip("trio")
    arranged.makepyfile(
        test_it="""
        import botocore.session
        import pytest
        import trio

        CLIENT = botocore.session.Session().create_client("kms", region_name="us-east-1")

        @pytest.fixture
        def anyio_backend():
            return "trio"

        @pytest.mark.anyio
        async def test_it(kms):
            kms.throttle("ListKeys")
            response = await trio.to_thread.run_sync(CLIENT.list_keys)
            assert response["ResponseMetadata"]["RetryAttempts"] == 1
        """
    )

    result = arranged.runpytest_subprocess(
        "-p", "pytest_kmsmock.plugin", "-p", "anyio.pytest_plugin"
    )

    result.assert_outcomes(passed=1)


def test_the_guard_stops_asynchronous_calls(arranged: pytest.Pytester) -> None:
    """Also one that the application swallowed."""
    pytest.importorskip("pytest_asyncio")
    arranged.makepyfile(
        test_it="""
        import contextlib
        from application import new_client

        async def swallow():
            with contextlib.suppress(Exception):
                async with new_client() as client:
                    await client.list_keys()

        async def test_raised():
            async with new_client() as client:
                await client.list_keys()

        async def test_swallowed():
            await swallow()
        """
    )

    result = arranged.runpytest_subprocess(
        "-p", "pytest_kmsmock.plugin", "-p", "pytest_asyncio.plugin", "--kms-guard",
        "-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function",
    )  # fmt: skip

    result.assert_outcomes(failed=2)
    text = result.stdout.str()
    assert text.count("called kms:ListKeys at https://kms.us-east-1.amazonaws.com/") >= 2
    assert "from test_it.py:" in text

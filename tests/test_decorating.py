"""`mock_kms` around functions, coroutines, generators and classes."""

from __future__ import annotations

import asyncio
import inspect
import io
import unittest
from collections.abc import AsyncIterator, Iterator
from typing import Any

import botocore.session
import pytest

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms
from pytest_kmsmock.backend import active_backend

# Any, as botocore makes the methods of its clients while the program runs.
SESSION: Any = botocore.session.Session()


def make_key(alias: str) -> None:
    """Call KMS as an application does."""
    client = SESSION.create_client("kms")
    key_id = client.create_key()["KeyMetadata"]["KeyId"]
    client.create_alias(AliasName=alias, TargetKeyId=key_id)


def aliases() -> list[str]:
    """Return the names of the aliases that the application sees."""
    response = SESSION.create_client("kms").list_aliases()
    return [alias["AliasName"] for alias in response["Aliases"]]


def run(case: type[unittest.TestCase]) -> unittest.TestResult:
    """Run *case* as `python -m unittest` does, and print what went wrong."""
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(case)
    result = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    assert active_backend() is None, "a mock was left behind"
    return result


def problems(result: unittest.TestResult) -> str:
    return "\n".join(text for _, text in [*result.failures, *result.errors])


# Functions.


def test_each_call_of_a_function_has_an_empty_kms() -> None:
    @mock_kms
    def function() -> list[str]:
        make_key("alias/app")
        return aliases()

    assert function() == ["alias/app"]
    assert function() == ["alias/app"]
    assert active_backend() is None


def test_a_function_keeps_its_name_arguments_and_marks() -> None:
    @pytest.mark.parametrize("number", [1])
    @mock_kms
    @pytest.mark.skipif(False, reason="never")
    def function(number: int, *, other: str = "x") -> tuple[int, str]:
        """What it does."""
        return number, other

    assert function(1, other="y") == (1, "y")
    assert (function.__name__, function.__doc__) == ("function", "What it does.")
    assert list(inspect.signature(function).parameters) == ["number", "other"]
    assert [mark.name for mark in function.pytestmark] == ["skipif", "parametrize"]  # type: ignore[attr-defined]


def test_a_decorator_takes_the_options_of_the_marker() -> None:
    @mock_kms(keys="alias/app", region="eu-west-1", account="111111111111")
    def function() -> Any:
        return SESSION.create_client("kms").describe_key(KeyId="alias/app")["KeyMetadata"]["Arn"]

    assert function().startswith("arn:aws:kms:eu-west-1:111111111111:key/")


def test_a_function_that_fails_leaves_no_mock() -> None:
    @mock_kms
    def function() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        function()

    assert active_backend() is None


def test_a_function_can_call_itself() -> None:
    """Each level is a mock of its own."""

    @mock_kms
    def function(depth: int) -> list[int]:
        make_key(f"alias/{depth}")
        return [*(function(depth - 1) if depth else []), len(aliases())]

    assert function(2) == [1, 1, 1]


def test_a_mock_made_once_decorates_many() -> None:
    mock = mock_kms(keys="alias/app")

    @mock
    def first() -> list[str]:
        return second()

    @mock
    def second() -> list[str]:
        return aliases()

    assert first() == ["alias/app"]


def test_methods_and_static_methods_are_functions() -> None:
    class Thing:
        @mock_kms
        def method(self) -> list[str]:
            make_key("alias/app")
            return aliases()

        @staticmethod
        @mock_kms
        def static() -> list[str]:
            return aliases()

        @classmethod
        @mock_kms
        def of_class(cls) -> list[str]:
            return aliases()

    assert (Thing().method(), Thing.static(), Thing.of_class()) == (["alias/app"], [], [])


# Coroutines and generators.


def test_a_coroutine_function_stays_one() -> None:
    @mock_kms(keys="alias/app")
    async def function(number: int) -> tuple[int, list[str]]:
        await asyncio.sleep(0)
        return number, await asyncio.to_thread(aliases)

    assert inspect.iscoroutinefunction(function)
    assert asyncio.run(function(7)) == (7, ["alias/app"])
    assert active_backend() is None


def test_a_mock_starts_when_the_coroutine_does() -> None:
    @mock_kms
    async def function() -> None:
        raise ZeroDivisionError

    coroutine = function()
    assert active_backend() is None
    with pytest.raises(ZeroDivisionError):
        asyncio.run(coroutine)

    assert active_backend() is None


def test_a_generator_is_mocked_until_it_ends() -> None:
    """As a fixture is, from its set-up to its tear-down."""

    @mock_kms
    def fixture() -> Iterator[int]:
        make_key("alias/app")
        yield 1
        assert aliases() == ["alias/app"]

    assert inspect.isgeneratorfunction(fixture)
    generator = fixture()
    next(generator)
    assert aliases() == ["alias/app"]
    with pytest.raises(StopIteration):
        next(generator)
    assert active_backend() is None


def test_a_generator_that_is_closed_early_leaves_no_mock() -> None:
    @mock_kms
    def generate() -> Iterator[int]:
        yield 1

    generator = generate()
    next(generator)
    generator.close()  # type: ignore[attr-defined]

    assert active_backend() is None


def test_a_generator_returns_what_it_returned() -> None:
    @mock_kms
    def generate() -> Any:
        sent = yield 1
        return sent

    generator = generate()
    next(generator)
    with pytest.raises(StopIteration) as caught:
        generator.send("sent")

    assert caught.value.value == "sent"


def test_an_asynchronous_generator_is_mocked_until_it_ends() -> None:
    @mock_kms
    async def fixture() -> AsyncIterator[int]:
        make_key("alias/app")
        yield 1
        assert aliases() == ["alias/app"]

    async def use() -> list[int]:
        return [value async for value in fixture()]

    assert inspect.isasyncgenfunction(fixture)
    assert asyncio.run(use()) == [1]
    assert active_backend() is None


# What cannot be decorated.


@pytest.mark.parametrize("target", ["eu-west-1", 5, ["alias/app"], {"region": "eu-west-1"}])
def test_options_without_their_names_are_the_authors_error(target: Any) -> None:
    with pytest.raises(KmsMockError, match="keyword"):
        mock_kms(target)


def test_a_fixture_is_decorated_from_within() -> None:
    """`@mock_kms` above `@pytest.fixture` would hide the fixture from pytest."""

    @pytest.fixture
    def fixture() -> None: ...

    with pytest.raises(KmsMockError, match=r"@pytest\.fixture"):
        mock_kms(fixture)


def test_one_cannot_decorate_with_a_running_mock(kms: KmsMock) -> None:
    """Or if one can, the function has a mock of its own."""

    @kms
    def function() -> list[str]:
        return aliases()

    make_key("alias/outer")

    assert function() in ([], ["alias/outer"])
    assert active_backend() is kms._backend


# unittest.


def test_each_test_of_a_test_case_starts_as_the_class_was_set_up() -> None:
    @mock_kms
    class Case(unittest.TestCase):
        @classmethod
        def setUpClass(cls) -> None:
            make_key("alias/class")

        def setUp(self) -> None:
            make_key("alias/test")
            self.addCleanup(self.check_late)

        def check_late(self) -> None:
            assert "alias/late" in aliases()

        def tearDown(self) -> None:
            make_key("alias/late")

        def test_first(self) -> None:
            assert aliases() == ["alias/class", "alias/test"]

        def test_second(self) -> None:
            assert aliases() == ["alias/class", "alias/test"]

        @classmethod
        def tearDownClass(cls) -> None:
            assert aliases() == ["alias/class"]

    result = run(Case)

    assert result.testsRun == 2
    assert result.wasSuccessful(), problems(result)


def test_a_test_case_without_anything_of_its_own_is_mocked() -> None:
    @mock_kms(keys="alias/app")
    class Case(unittest.TestCase):
        def test_it(self) -> None:
            assert aliases() == ["alias/app"]

        def test_sub_tests(self) -> None:
            for number in range(2):
                with self.subTest(number=number):
                    assert aliases() == ["alias/app"]

    result = run(Case)

    assert result.wasSuccessful(), problems(result)


@pytest.mark.parametrize("where", ["setUpClass", "setUp", "test", "tearDown", "tearDownClass"])
def test_a_test_case_that_fails_anywhere_leaves_no_mock(where: str) -> None:
    def fail_in(name: str) -> None:
        assert active_backend() is not None
        if name == where:
            raise ZeroDivisionError

    @mock_kms
    class Case(unittest.TestCase):
        @classmethod
        def setUpClass(cls) -> None:
            fail_in("setUpClass")

        def setUp(self) -> None:
            fail_in("setUp")

        def test(self) -> None:
            fail_in("test")

        def tearDown(self) -> None:
            fail_in("tearDown")

        @classmethod
        def tearDownClass(cls) -> None:
            fail_in("tearDownClass")

    result = run(Case)

    assert len(result.errors) == 1
    assert "ZeroDivisionError" in result.errors[0][1]


def test_one_method_of_a_test_case_can_be_decorated() -> None:
    class Case(unittest.TestCase):
        def setUp(self) -> None:
            assert active_backend() is None

        @mock_kms
        def test_it(self) -> None:
            assert aliases() == []

    assert run(Case).wasSuccessful()


def test_an_asynchronous_test_case_is_mocked() -> None:
    @mock_kms
    class Case(unittest.IsolatedAsyncioTestCase):
        def setUp(self) -> None:
            make_key("alias/a")

        async def asyncSetUp(self) -> None:
            make_key("alias/b")

        async def test_it(self) -> None:
            assert await asyncio.to_thread(aliases) == ["alias/a", "alias/b"]

        async def asyncTearDown(self) -> None:
            assert aliases() == ["alias/a", "alias/b"]

    result = run(Case)

    assert result.testsRun == 1
    assert result.wasSuccessful(), problems(result)


def test_a_test_case_inherits_the_mock_of_its_base() -> None:
    """Whatever it overrides."""

    @mock_kms(keys="alias/base")
    class Base(unittest.TestCase):
        def setUp(self) -> None:
            make_key("alias/set-up")

    class Calling(Base):
        @classmethod
        def setUpClass(cls) -> None:
            super().setUpClass()
            make_key("alias/class")

        def test_it(self) -> None:
            assert aliases() == ["alias/base", "alias/class", "alias/set-up"]

    class Overriding(Base):
        @classmethod
        def setUpClass(cls) -> None: ...

        def setUp(self) -> None: ...

        def test_it(self) -> None:
            assert aliases() == ["alias/base"]

    for case in (Calling, Overriding):
        result = run(case)
        assert result.wasSuccessful(), problems(result)


def test_a_decorated_test_case_can_have_a_decorated_base() -> None:
    @mock_kms(keys="alias/base")
    class Base(unittest.TestCase): ...

    @mock_kms(keys="alias/case")
    class Case(Base):
        def test_it(self) -> None:
            assert "alias/case" in aliases()

    result = run(Case)

    assert result.wasSuccessful(), problems(result)


def test_a_base_is_not_mocked_because_a_subclass_is() -> None:
    class Base(unittest.TestCase):
        @classmethod
        def setUpClass(cls) -> None: ...

    @mock_kms
    class Case(Base):
        def test_it(self) -> None:
            assert active_backend() is not None

    class Other(Base):
        def test_it(self) -> None:
            assert active_backend() is None

    for case in (Case, Other):
        result = run(case)
        assert result.wasSuccessful(), problems(result)


def test_the_mock_of_a_skipped_test_case_does_not_stay() -> None:
    @mock_kms
    @unittest.skip("not today")
    class Case(unittest.TestCase):
        def test_it(self) -> None: ...

    assert len(run(Case).skipped) == 1


def test_a_class_stays_the_class_it_was() -> None:
    @mock_kms
    class Case(unittest.TestCase):
        """What it tests."""

    class Plain:
        """What it tests."""

    assert Case.__doc__ == "What it tests."
    assert isinstance(Case, type)
    assert mock_kms(Plain) is Plain

"""The guard: KMS outside any mock is out of reach."""

from __future__ import annotations

import contextlib
import sys
import textwrap
from collections.abc import Callable
from types import ModuleType

import botocore.session
import pytest
from botocore.config import Config

from pytest_kmsmock import KmsMockError
from pytest_kmsmock.doors import guard, sessions

SESSION = botocore.session.Session()
# Where nobody listens, so that a call that is let through fails at once, and here.
CLIENT = SESSION.create_client(
    "kms",
    region_name="us-east-1",
    endpoint_url="http://127.0.0.1:9",
    aws_access_key_id="AKIAEXAMPLE",
    aws_secret_access_key="example",
    config=Config(retries={"total_max_attempts": 1}),
)

Run = Callable[..., pytest.RunResult]

GUARDED = "kms_guard = true"


@pytest.fixture
def run(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a test file beside a module with a client, and return what pytest says."""
    application = ModuleType("guarded_application")
    application.client = CLIENT  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "guarded_application", application)

    def run_file(source: str, *arguments: str, ini: str = "") -> pytest.RunResult:
        imports = "import contextlib\nfrom guarded_application import client\n"
        return run(imports + textwrap.dedent(source), *arguments, ini=ini)

    return run_file


CALL = """
def test_it():
    client.list_keys()
"""
# What a call meets that is let through.
REACHED = "EndpointConnectionError"


def was_guarded(result: pytest.RunResult) -> bool:
    """Tell whether the one test met the guard, rather than the endpoint."""
    result.assert_outcomes(failed=1)
    text = result.stdout.str()
    assert ("KmsGuardError" in text) is (REACHED not in text)
    return "KmsGuardError" in text


# Whether there is one.


def test_there_is_no_guard_unless_one_is_asked_for(run: Run) -> None:
    assert not was_guarded(run(CALL))


@pytest.mark.parametrize(
    ("ini", "arguments", "mark", "is_guarded"),
    [
        ("", (), "", False),
        (GUARDED, (), "", True),
        ("kms_guard = false", (), "", False),
        ("", ("--kms-guard",), "", True),
        ("kms_guard = false", ("--kms-guard",), "", True),
        (GUARDED, ("--no-kms-guard",), "", False),
        (GUARDED, ("--kms-guard", "--no-kms-guard"), "", False),
        (GUARDED, (), "guard=False", False),
        (GUARDED, ("--kms-guard",), "guard=False", False),
        ("", (), "guard=True", True),
        (GUARDED, ("--no-kms-guard",), "guard=True", True),
        (GUARDED, (), "region='eu-west-1'", True),
    ],
)
def test_marker_beats_command_line_beats_ini_file(
    run: Run, ini: str, arguments: tuple[str, ...], mark: str, is_guarded: bool
) -> None:
    """docs/reference/options.md says so."""
    decorator = f"@pytest.mark.kms({mark})" if mark else ""

    result = run(f"{decorator}\ndef test_it():\n    client.list_keys()", *arguments, ini=ini)

    assert was_guarded(result) is is_guarded


def test_the_nearest_marker_wins(run: Run) -> None:
    result = run(
        """
        from pytest_kmsmock import mock_kms

        @pytest.mark.kms(guard=False)
        class TestIt:
            @pytest.mark.kms(guard=True)
            def test_guarded(self):
                with pytest.raises(Exception, match="outside any mock"):
                    client.list_keys()

            @pytest.mark.kms(region="eu-west-1")
            def test_not_guarded(self):
                with pytest.raises(Exception, match="Could not connect"):
                    client.list_keys()
                with mock_kms():  # which the marker is for
                    client.list_keys()
        """,
        ini=GUARDED,
    )

    result.assert_outcomes(passed=2)


def test_a_mark_holds_for_its_test_alone(run: Run) -> None:
    """Its fixtures included; the next test is guarded again."""
    result = run(
        """
        @pytest.fixture
        def called():
            with pytest.raises(Exception, match="Could not connect"):
                client.list_keys()
            yield
            with pytest.raises(Exception, match="Could not connect"):
                client.list_keys()

        @pytest.mark.kms(guard=False)
        def test_first(called):
            pass

        def test_second():
            with pytest.raises(Exception, match="outside any mock"):
                client.list_keys()
        """,
        ini=GUARDED,
    )

    result.assert_outcomes(passed=2)


def test_calls_within_a_mock_are_not_guarded(run: Run) -> None:
    """Neither those of other services, ever."""
    result = run(
        """
        from pytest_kmsmock import mock_kms

        def test_fixture(kms):
            client.list_keys()

        @mock_kms
        def test_decorated():
            client.list_keys()

        def test_stubbed():
            from botocore.stub import Stubber
            with Stubber(client) as stubber:
                stubber.add_response("list_keys", {"Keys": []})
                client.list_keys()
        """,
        ini=GUARDED,
    )

    result.assert_outcomes(passed=3)


# What it says.


def test_the_message_is_enough_to_act_on(run: Run) -> None:
    """Which test called what, where, from which line, and what to do about it."""
    result = run(
        """
        def read():
            return client.list_keys()  # line 6

        def test_reads():
            read()
        """,
        ini=GUARDED,
    )

    assert was_guarded(result)
    message = " ".join(result.stdout.str().split())
    assert "test_it.py::test_reads called kms:ListKeys at http://127.0.0.1:9/" in message
    assert "test_it.py:6" in message
    assert "Take the `kms` fixture" in message
    assert "with mock_kms():" in message
    assert "@pytest.mark.kms(guard=False)" in message
    assert "kms_guard_allow" in message
    assert "During handling" not in message


def test_the_message_has_the_whole_id_of_the_test(run: Run) -> None:
    """Also one with blanks in it."""
    result = run(
        """
        @pytest.mark.parametrize("name", ["two words (or three)"])
        def test_it(name):
            client.list_keys()
        """,
        ini=GUARDED,
    )

    assert was_guarded(result)
    assert "test_it.py::test_it[two words (or three)] called kms:ListKeys" in result.stdout.str()


def test_a_call_that_the_application_swallowed_fails_the_test(run: Run) -> None:
    """In its call phase, saying that it was swallowed and what it was."""
    result = run(
        """
        def read():
            with contextlib.suppress(Exception):
                client.list_keys()

        def test_it():
            read()

        @pytest.mark.xfail(strict=True)
        def test_expected():
            read()
        """,
        ini=GUARDED,
    )

    result.assert_outcomes(failed=1, xfailed=1)
    text = result.stdout.str()
    assert "the application caught an error" in text
    assert "test_it.py::test_it called kms:ListKeys" in text


def test_a_call_that_a_fixture_swallowed_fails_the_test(run: Run) -> None:
    result = run(
        """
        @pytest.fixture
        def service():
            with contextlib.suppress(Exception):
                client.list_keys()

        def test_it(service):
            pass
        """,
        ini=GUARDED,
    )

    result.assert_outcomes(failed=1)


def test_a_call_swallowed_at_tear_down_is_an_error(run: Run) -> None:
    result = run(
        """
        @pytest.fixture
        def service():
            yield
            with contextlib.suppress(Exception):
                client.list_keys()

        def test_it(service):
            pass
        """,
        ini=GUARDED,
    )

    result.assert_outcomes(passed=1, errors=1)


def test_a_call_of_another_thread_fails_the_test(run: Run) -> None:
    """Nobody sees what a thread raises."""
    result = run(
        """
        import threading

        def read():
            with contextlib.suppress(Exception):
                client.list_keys()

        def test_it():
            thread = threading.Thread(target=read)
            thread.start()
            thread.join()
        """,
        ini=GUARDED,
    )

    assert was_guarded(result)


def test_unittest_is_guarded(run: Run) -> None:
    result = run(
        """
        import unittest

        def read():
            with contextlib.suppress(Exception):
                client.list_keys()

        class TestIt(unittest.TestCase):
            def test_raised(self):
                client.list_keys()

            def test_swallowed(self):
                read()

            def test_asserted(self):
                with self.assertRaisesRegex(Exception, "outside any mock"):
                    client.list_keys()
        """,
        ini=GUARDED,
    )

    result.assert_outcomes(failed=2, passed=1)


# Where there is no test.

IMPORTED = """
import botocore.session

client = botocore.session.Session().create_client(
    "kms", region_name="us-east-1", endpoint_url="http://127.0.0.1:9",
    aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="example",
)
"""


@pytest.fixture
def run_alone(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run what lies there in a process of its own, and return what pytest says."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    pytester.makepyfile(guarded_application=IMPORTED)

    def run_folder(*arguments: str, ini: str = GUARDED) -> pytest.RunResult:
        pytester.makeini(f"[pytest]\npythonpath = .\n{ini}")
        return pytester.runpytest_subprocess("-p", "pytest_kmsmock.plugin", *arguments)

    return run_folder


def test_a_call_while_a_test_module_is_imported_fails_the_collection(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(
        test_it="from guarded_application import client\nclient.list_keys()\ndef test_it(): pass"
    )

    result = run_alone()

    result.assert_outcomes(errors=1)
    text = result.stdout.str()
    assert "the import of test_it.py called kms:ListKeys at http://127.0.0.1:9/" in text
    assert "test_it.py:2" in text
    assert REACHED not in text


@pytest.mark.parametrize(("ini", "arguments"), [(GUARDED, ()), ("", ("--kms-guard",))])
def test_a_plugin_that_a_conftest_names_guards_too(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    ini: str,
    arguments: tuple[str, ...],
) -> None:
    """It is loaded after pytest has looked at the command line for the first time."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest("pytest_plugins = ['pytest_kmsmock.plugin']")
    pytester.makepyfile(
        guarded_application=IMPORTED,
        test_it="from guarded_application import client\ndef test_it(): client.list_keys()",
    )
    pytester.makeini(f"[pytest]\npythonpath = .\n{ini}")

    result = pytester.runpytest_subprocess(*arguments)

    result.assert_outcomes(failed=1)
    assert "called kms:ListKeys at http://127.0.0.1:9/" in result.stdout.str()


@pytest.mark.parametrize(("ini", "arguments"), [(GUARDED, ()), ("", ("--kms-guard",))])
def test_a_call_while_the_root_conftest_is_imported_is_guarded(
    run_alone: Run, pytester: pytest.Pytester, ini: str, arguments: tuple[str, ...]
) -> None:
    """It is imported before the configuration is complete."""
    pytester.makeconftest("from guarded_application import client\nclient.list_keys()")
    pytester.makepyfile(test_it="def test_it(): pass")

    result = run_alone(*arguments, ini=ini)

    assert result.ret != 0
    text = result.stdout.str() + result.stderr.str()
    assert "outside any mock" in text
    assert REACHED not in text


def test_a_call_at_import_that_was_swallowed_fails_the_run(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    """Nothing reached AWS, but the suite should not pass as if nothing was wrong."""
    pytester.makepyfile(
        test_it="""
        import contextlib
        from guarded_application import client

        with contextlib.suppress(Exception):
            client.list_keys()

        def test_it():
            pass
        """
    )

    result = run_alone()

    assert result.ret != 0
    assert "called kms:ListKeys" in result.stdout.str() + result.stderr.str()


def test_a_module_of_an_inner_run_is_not_the_outer_test(run: Run) -> None:
    """A run within a test tells who called as any other does."""
    result = run("client.list_keys()\ndef test_it(): pass", ini=GUARDED)

    result.assert_outcomes(errors=1)
    assert "the import of test_it.py called kms:ListKeys" in result.stdout.str()


def test_a_test_may_expect_the_guard(run: Run) -> None:
    """`KmsMockError` is the class to expect, for a test of one's own safety net."""
    result = run(
        """
        from pytest_kmsmock import KmsMockError

        def test_it():
            with pytest.raises(KmsMockError, match="outside any mock"):
                client.list_keys()
        """,
        ini=GUARDED,
    )

    result.assert_outcomes(passed=1)


def test_a_run_within_a_run_has_its_own_guard(run: Run) -> None:
    """When it is over the outer one's is there again: here none."""
    assert sessions.guard is None

    result = run("def test_it(): pass", ini=GUARDED)

    result.assert_outcomes(passed=1)
    assert sessions.guard is None


def test_an_inner_run_without_a_guard_lifts_it_for_itself_alone(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outer(operation: str, url: str) -> None:
        raise AssertionError

    monkeypatch.setattr(sessions, "guard", outer)

    assert not was_guarded(run(CALL))
    assert sessions.guard is outer


# What is let through.


@pytest.mark.parametrize(
    "allowed",
    [
        "127.0.0.1",
        "127.0.0.1:9",
        "http://127.0.0.1:9",
        "http://127.0.0.1:9/",
        "other.example 127.0.0.1:9",
    ],
)
def test_an_endpoint_that_is_allowed_can_be_reached(run: Run, allowed: str) -> None:
    """Such as that of a local server; several are separated by blanks."""
    assert not was_guarded(run(CALL, ini=f"{GUARDED}\nkms_guard_allow = {allowed}"))


@pytest.mark.parametrize(
    "allowed", ["127.0.0.1:4566", "localhost", "https://127.0.0.1:9", "27.0.0.1"]
)
def test_other_endpoints_are_not(run: Run, allowed: str) -> None:
    assert was_guarded(run(CALL, ini=f"{GUARDED}\nkms_guard_allow = {allowed}"))


@pytest.mark.parametrize(
    ("url", "allowed", "is_let_through"),
    [
        ("http://localhost:4566/", "localhost", True),
        ("http://localhost:4566/", "LOCALHOST:4566", True),
        ("http://localhost:4566/", "localhost:4566", True),
        ("http://localhost:4566/", "http://localhost:4566", True),
        ("http://localhost:4566/", "http://localhost", False),
        ("http://[::1]:4566/", "[::1]:4566", True),
        ("http://[::1]:4566/", "::1", True),
        ("http://localhost:45660/", "localhost:4566", False),
        ("http://localhost:45660/", "http://localhost:4566", False),
        ("http://localhost:4566.example.com/", "http://localhost:4566", False),
        ("https://kms.cn-north-1.amazonaws.com.cn/", "https://kms.cn-north-1.amazonaws.com", False),
        ("https://kms.us-east-1.amazonaws.com/", "amazonaws.com", False),
        ("https://kms.us-east-1.amazonaws.com/", "kms.us-east-1.amazonaws.com", True),
        ("http://localhost:4566/kms/", "http://localhost:4566/kms", True),
        ("http://localhost:4566/kms-other/", "http://localhost:4566/kms", False),
    ],
)
def test_a_host_a_port_and_the_beginning_of_a_path_are_compared_whole(
    url: str, allowed: str, is_let_through: bool
) -> None:
    """`http://localhost:4566` is no `http://localhost:45660`."""
    expected = contextlib.nullcontext() if is_let_through else pytest.raises(KmsMockError)

    with expected:
        guard.check("ListKeys", url, [allowed])


# Beside others.


def test_a_call_in_a_fixture_is_told_once(run: Run) -> None:
    """Where it was made, and not again at tear-down as one that was swallowed."""
    result = run(
        """
        @pytest.fixture
        def service():
            client.list_keys()

        def test_it(service):
            pass
        """,
        ini=GUARDED,
    )

    result.assert_outcomes(errors=1)
    assert "the application caught an error" not in result.stdout.str()


def test_a_mock_that_starts_later_is_told_so(run: Run) -> None:
    """The test takes it already; what comes too late is its start."""
    result = run(
        """
        @pytest.fixture
        def service():
            client.list_keys()

        def test_it(service, kms):
            pass
        """,
        ini=GUARDED,
    )

    result.assert_outcomes(errors=1)
    message = " ".join(result.stdout.str().split())
    assert "The test's mock starts later: let the fixture that called take the `kms`" in message
    assert "Take the `kms` fixture" not in message


def test_what_moto_answers_is_let_through(run: Run) -> None:
    """It does not leave the process; and after moto's end the guard is there again."""
    pytest.importorskip("moto")

    result = run(
        """
        from moto import mock_aws
        import botocore.session

        def test_it():
            with mock_aws():
                made = botocore.session.Session().create_client("kms", region_name="us-east-1")
                assert made.list_keys()["Keys"] == []
            with pytest.raises(Exception, match="outside any mock"):
                client.list_keys()
        """,
        ini=GUARDED,
    )

    result.assert_outcomes(passed=1)


# Threads that go on when their test is over.

STRAYING = """
import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from guarded_application import client

pool = ThreadPoolExecutor(1)
go_on, done = threading.Event(), threading.Event()
raised = []

def read():
    go_on.wait(10)
    try:
        client.list_keys()
    except Exception as error:
        raised.append(str(error))
    done.set()

def test_first(kms):
    START

def test_second():
    go_on.set()
    assert done.wait(10)

def test_third():
    assert "outside any mock" in raised[0]
"""


@pytest.mark.parametrize("ini", [GUARDED, ""], ids=["guard", "no-guard"])
@pytest.mark.parametrize("start", ["threading.Thread(target=read).start()", "pool.submit(read)"])
def test_a_thread_that_outlives_its_test_fails_the_run(
    run_alone: Run, pytester: pytest.Pytester, start: str, ini: str
) -> None:
    """Not the test that runs by then, which has nothing to do with it; nor does it reach AWS."""
    pytester.makepyfile(test_it=STRAYING.replace("START", start))

    result = run_alone("-p", "no:randomly", ini=ini)

    result.assert_outcomes(passed=3)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    text = result.stdout.str()
    assert "a thread that test_it.py::test_first started, and that has outlived it" in text
    assert "during test_it.py::test_second" in text


def test_a_pool_of_the_application_works_for_each_test(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    """Its threads live on and wait; what a later test lets them do is that test's own."""
    pytester.makepyfile(
        test_it="""
        import time
        import pytest
        from concurrent.futures import ThreadPoolExecutor
        from guarded_application import client

        pool = ThreadPoolExecutor(1)

        def test_first(kms):
            assert pool.submit(client.list_keys).result()["Keys"] == []
            time.sleep(0.1)  # until it waits again

        def test_unguarded():
            pool.submit(client.list_keys).result()
        """
    )

    result = run_alone("-p", "no:randomly", ini="")
    guarded = run_alone("-p", "no:randomly", ini=GUARDED)

    assert REACHED in result.stdout.str()
    result.assert_outcomes(passed=1, failed=1)
    guarded.assert_outcomes(passed=1, failed=1)
    text = guarded.stdout.str()
    assert "test_it.py::test_unguarded called kms:ListKeys" in text
    assert "outlived" not in text

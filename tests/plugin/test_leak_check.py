"""The leak check: what a test prints and logs has no secrets in it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., pytest.RunResult]

INI = "kms_leak_check = true\nkms_region = us-east-1"
BEGIN = """
import base64, logging, os, subprocess, sys, unittest
import boto3
from pytest_kmsmock import mock_kms

SECRET = "correct " + "horse battery"
log = logging.getLogger("app.vault")

@pytest.fixture
def app(kms):
    kms.create_key(alias="alias/app")
    return kms

def use():
    client = boto3.client("kms")
    blob = client.encrypt(KeyId="alias/app", Plaintext=SECRET)["CiphertextBlob"]
    return client.decrypt(CiphertextBlob=blob)["Plaintext"]
"""
FORMS = re.compile("correct horse|Y29ycmVjdCBob3Jz|636f727265637420", re.IGNORECASE)


@pytest.fixture
def check(run: Run) -> Run:
    """Run tests with the leak check on; what pytest prints has no secret in it."""

    def run_checked(source: str, *arguments: str, ini: str = INI) -> pytest.RunResult:
        result = run(BEGIN + textwrap.dedent(source), *arguments, ini=ini)
        if not {"-s", "--capture=tee-sys"} & {*arguments}:
            assert not FORMS.search(result.stdout.str() + result.stderr.str())
        return result

    return run_checked


@pytest.fixture
def check_in_process_of_its_own(pytester: pytest.Pytester, no_other_plugins: None) -> Run:
    """The same, where no other pytest is around."""

    def run_checked(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_it=f"import pytest\n{BEGIN}\n{textwrap.dedent(source)}")
        pytester.makeini(f"[pytest]\n{INI}\n")
        result = pytester.runpytest_subprocess("-p", "pytest_kmsmock.plugin", *arguments)
        assert not FORMS.search(result.stdout.str() + result.stderr.str())
        return result

    return run_checked


LEAKS = {
    "print": "print('got', use())",
    "base64": "print('got', base64.b64encode(use()).decode())",
    "stderr": "print(use().hex(), file=sys.stderr)",
    "log": "log.warning('got %s', use())",
    "file descriptor": "os.write(1, use() + b'\\n')",
    "child process": "subprocess.run(['echo', use().decode()])",
    "logged error": """
        try:
            raise ValueError(use().decode())
        except ValueError:
            log.exception("oops")
    """,
    "cleared": "text = use(); app.calls.clear(); print(text)",
}


def test_each_leak_fails_its_test_and_is_masked(check: Run) -> None:
    """Named by the call that had it, and by its place."""
    tests = [
        f"def test_{number}(app):\n{textwrap.indent(textwrap.dedent(leak).strip(), '    ')}\n"
        for number, leak in enumerate(LEAKS.values())
    ]

    result = check("\n".join(tests))

    result.assert_outcomes(failed=len(LEAKS))
    text = result.stdout.str()
    assert text.count("KMS leak check: secrets appear:") == len(LEAKS) + text.count(
        "- Failed: KMS leak check: secrets appear:"
    )
    assert "- the Plaintext that Encrypt was given at test_it.py:" in text
    assert "and the Plaintext that Decrypt returned at test_it.py:" in text
    assert "in the captured stdout of the call, line 1" in text
    assert "in the captured stdout of the call, line 1, in base64" in text
    assert "in the log of app.vault" in text
    assert "got b'***'" in text


def test_what_is_clean_passes(check: Run) -> None:
    """Also where secrets were used, short ones printed, or what is public."""
    check(
        """
        def test_clean(app):
            use()
            print("fine", app.key("alias/app").arn, app.calls[0].response["CiphertextBlob"])
            log.warning("fine")

        def test_short(app):
            boto3.client("kms").encrypt(KeyId="alias/app", Plaintext=b"7 bytes")
            print("7 bytes")

        def test_not_logged(app):
            log.debug("got %s", use())

        def test_without_kms():
            print(SECRET.title())

        class TestCase(unittest.TestCase):
            @mock_kms(keys=["alias/app"])
            def test_it(self):
                use()
        """
    ).assert_outcomes(passed=5)


def test_a_test_that_fails_already_is_masked_and_not_hidden(check: Run) -> None:
    result = check(
        """
        def test_prints(app):
            print(use())
            assert 1 == 2

        def test_compares(app):
            assert use() == b"another"

        @pytest.fixture
        def broken(app):
            print("in a fixture", use())
            raise RuntimeError(use().decode())

        def test_set_up(broken): pass

        class TestCase(unittest.TestCase):
            @mock_kms(keys=["alias/app"])
            def test_it(self):
                print(use())
                self.fail("for another reason")

        @pytest.mark.xfail
        def test_expected(app):
            print(use())
            assert False
        """,
        "--showlocals",
    )

    result.assert_outcomes(failed=3, errors=1, xfailed=1)
    text = result.stdout.str()
    assert "assert 1 == 2" in text
    assert "assert b'***' == b'another'" in text
    assert "RuntimeError: ***" in text
    assert "for another reason" in text
    assert text.count("- KMS leak check -") == 3


def test_what_a_test_says_of_itself_is_masked_too(check: Run) -> None:
    """Properties go into JUnit's XML, and the reason of an expected failure is printed."""
    result = check(
        """
        def test_property(app, record_property):
            record_property("data key", use().hex())

        def test_xfail(app):
            pytest.xfail(f"not before {use()}")

        def test_skip(app):
            pytest.skip(use().decode())
        """,
        "-rA",
        "--junitxml=report.xml",
        "--override-ini=junit_family=xunit1",
    )

    result.assert_outcomes(passed=1, xfailed=1, skipped=1)
    assert not FORMS.search(Path("report.xml").read_text(encoding="utf-8"))


def test_fixtures_and_wider_mocks_are_looked_at_too(check: Run) -> None:
    """A leak in a tear-down is an error there, as the test is over."""
    result = check(
        """
        @pytest.fixture
        def printing(app):
            print("in a fixture", use())

        def test_set_up(printing): pass

        @pytest.fixture
        def tear_down(app):
            yield
            print("at last", use())

        def test_tear_down(tear_down): pass

        @pytest.fixture(scope="module")
        def wide(kms_module):
            kms_module.create_key(alias="alias/app")
            return use()

        def test_one(wide): print(wide)

        def test_other(wide): print(wide)

        @mock_kms(keys=["alias/app"])
        def test_decorated(): print(use())

        @mock_kms(keys=["alias/app"])
        class TestDecorated:
            def test_it(self): print(use())
        """
    )

    result.assert_outcomes(passed=1, failed=5, errors=1)


def test_what_a_test_reads_of_its_output_is_looked_at_too(check: Run) -> None:
    check(
        """
        def test_read(app, capsys):
            print(use())
            assert SECRET in capsys.readouterr().out

        def test_unread(app, capsys):
            print(use())

        def test_binary(app, capfdbinary):
            os.write(2, use())
            assert SECRET.encode() in capfdbinary.readouterr().err

        def test_given_back(app, capsys):
            print("fine")
            app.secrets.assert_absent_from(capsys)
            assert capsys.readouterr().out == "fine\\n"
        """
    ).assert_outcomes(failed=3, passed=1)


ALLOWED = """
@pytest.mark.kms(leak_check_allow=["app"])
def test_allowed(app):
    handler = logging.StreamHandler()
    log.addHandler(handler)
    log.warning("got %s", use())
    log.removeHandler(handler)

@pytest.mark.kms(leak_check_allow=["app"])
def test_not_allowed(app):
    log.warning("got %s", use())
    logging.getLogger("application").warning("got it: %s", use())

@pytest.mark.kms(leak_check_allow=["app"])
def test_printed(app):
    log.warning("got %s", use())
    print("printed", use())

@pytest.mark.kms(leak_check=False)
def test_not_checked(app):
    print(use())
"""


def test_loggers_can_be_allowed(check: Run) -> None:
    """By their names; what they print to a stream is theirs too."""
    check(ALLOWED).assert_outcomes(passed=2, failed=2)


def test_without_pytests_logging_what_logging_prints_is_looked_at(
    check_in_process_of_its_own: Run,
) -> None:
    """What it prints by itself goes to stderr; and loggers can be allowed there too."""
    source = ALLOWED + "\ndef test_log(app): log.warning('got %s', use())\n"

    result = check_in_process_of_its_own(source, "-p", "no:logging")

    result.assert_outcomes(passed=2, failed=3)
    assert "in the captured stderr of the call" in result.stdout.str()


def test_loggers_can_be_allowed_in_the_ini_file(check: Run) -> None:
    ini = f"{INI}\nkms_leak_check_allow = app other"

    check("def test_it(app): log.warning('got %s', use())", ini=ini).assert_outcomes(passed=1)


def test_of_botocores_own_log_it_is_said_that_it_prints_requests(check: Run) -> None:
    result = check(
        """
        @pytest.mark.kms(transport="wire")
        def test_it(app, caplog):
            caplog.set_level(logging.DEBUG, "botocore")
            use()
        """
    )

    result.assert_outcomes(failed=1)
    assert "allow the logger 'botocore'" in result.stdout.str()


@pytest.mark.parametrize("arguments", [("-s",), ("--capture=sys",), ("--capture=tee-sys",)])
def test_it_works_however_pytest_captures(check: Run, arguments: tuple[str, ...]) -> None:
    """Without capturing it looks at what is written to `sys.stdout` and `sys.stderr`."""
    check(
        """
        STREAMS = sys.stdout, sys.stderr

        def test_print(app):
            print("got", use())

        def test_buffer(app):
            sys.stderr.buffer.write(use() + b"\\\\n")
            sys.stderr.writelines([SECRET])

        def test_capsys(app, capsys):
            print(use())
            assert SECRET in capsys.readouterr().out

        def test_log(app):
            log.warning("got %s", use())

        def test_clean(app):
            print("fine", sys.stdout.isatty())
            log.warning("fine")
            use()

        def test_streams_are_left_as_they_were(request):
            if request.config.getoption("capture") == "no":
                assert (sys.stdout, sys.stderr) == STREAMS
        """,
        *arguments,
    ).assert_outcomes(failed=4, passed=2)


def test_subtests_are_looked_at_too(check_in_process_of_its_own: Run) -> None:
    """What they print is captured apart from what their test does."""
    pytest.importorskip("_pytest.subtests")

    result = check_in_process_of_its_own(
        """
        def test_it(app, subtests):
            with subtests.test("one"):
                print("got", use())

        def test_fails(app, subtests):
            with subtests.test("one"):
                print("got", use())
                assert 1 == 2

        class TestCase(unittest.TestCase):
            @mock_kms(keys=["alias/app"])
            def test_case(self):
                with self.subTest("one"):
                    print("got", use())

        def test_clean(app, subtests):
            with subtests.test("one"):
                use()
        """,
        "-rA",
    )

    text = result.stdout.str()
    assert "got b'***'" in text
    assert "assert 1 == 2" in text
    assert "- KMS leak check -" in text
    for test in ("test_it", "TestCase::test_case"):
        assert re.search(rf"FAILED test_it.py::{test} - Failed: KMS leak", text)
    assert re.search("PASSED test_it.py::test_clean", text)


def test_nothing_of_it_stays(check: Run) -> None:
    """No handler, no factory of records, and a fixture's method is its own."""
    check(
        """
        factory = logging.getLogRecordFactory()

        def test_checked(app):
            use()

        def test_after():
            assert not [
                each for each in logging.getLogger().handlers if "kmsmock" in type(each).__module__
            ]
            assert logging.getLogRecordFactory() is factory
        """
    ).assert_outcomes(passed=2)


def test_it_works_on_workers(check_in_process_of_its_own: Run) -> None:
    pytest.importorskip("xdist")

    result = check_in_process_of_its_own(
        """
        def test_leak(app): print(use())
        def test_clean(app): use()
        """,
        *("-p", "xdist", "-n", "2"),
    )

    result.assert_outcomes(failed=1, passed=1)
    assert "the captured stdout of the call" in result.stdout.str()

"""The mark `kms_failures`: a run of the test for each way in which an operation can fail."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_kmsmock.plugin.failures import failures_of

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(run: Run) -> Run:
    """Run a test file, and return what pytest says of each test."""

    def run_file(source: str, *arguments: str) -> pytest.RunResult:
        return run(source, "-v", *arguments)

    return run_file


SURVIVES = """
    from botocore.exceptions import BotoCoreError, ClientError

    def read(client, blob):
        try:
            return client.decrypt(CiphertextBlob=blob)["Plaintext"]
        except (BotoCoreError, ClientError):
            return None

"""


def test_the_test_runs_once_for_each_failure(run: Run) -> None:
    """Each attempt fails, so that retries do not save the call; ids are readable."""
    result = run(
        SURVIVES
        + """
    @pytest.mark.kms_failures("Decrypt")
    def test_it(kms):
        blob = kms.create_key().encrypt(b"x")

        assert read(kms.client(), blob) is None
        assert len(kms.calls) == 1
    """
    )

    result.assert_outcomes(passed=len(failures_of("Decrypt")))
    for name in map(str, failures_of("Decrypt")):
        result.stdout.fnmatch_lines([f"test_it.py::test_it[[]{name}] PASSED*"])


def test_a_test_that_survives_not_every_failure_fails_for_the_others(run: Run) -> None:
    result = run(
        """
        @pytest.mark.kms_failures("ListKeys", only=["ThrottlingException", "connection-closed"])
        def test_it(kms):
            client = kms.client()
            with pytest.raises(client.exceptions.ClientError):
                client.list_keys()
        """
    )

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*[[]ListKeys-connection-closed] FAILED*"])


def test_the_test_may_ask_which_failure_it_is(run: Run) -> None:
    """`kms_failure` tells the operation, the name, and the code if it is an error."""
    result = run(
        """
        @pytest.mark.kms_failures("Decrypt", only=["DisabledException", "connection-refused"])
        def test_it(kms, kms_failure):
            assert kms_failure.operation == "Decrypt"
            names = {"DisabledException": "DisabledException", "connection-refused": None}
            assert kms_failure.error == names[kms_failure.name]
            with pytest.raises(Exception):
                kms.client().decrypt(CiphertextBlob=kms.create_key().encrypt(b"x"))
        """
    )

    result.assert_outcomes(passed=2)


def test_a_test_that_names_no_fixture_is_mocked_all_the_same(run: Run) -> None:
    pytest.importorskip("boto3")
    result = run(
        """
        import boto3

        @pytest.mark.kms_failures("ListKeys", only="ThrottlingException")
        def test_it():
            with pytest.raises(Exception, match="Throttling"):
                boto3.client("kms", region_name="us-east-1").list_keys()
        """
    )

    result.assert_outcomes(passed=1)


def test_what_fixtures_arrange_goes_well(run: Run) -> None:
    """The failure begins with the test itself, whatever the order of its arguments."""
    result = run(
        """
        @pytest.fixture
        def stored(kms):
            key = kms.create_key(alias="alias/app")
            return kms.client().encrypt(KeyId="alias/app", Plaintext=b"x")["CiphertextBlob"]

        @pytest.mark.kms_failures("Encrypt", only=["ThrottlingException"])
        def test_it(kms, stored):
            with pytest.raises(Exception, match="Throttling"):
                kms.client().encrypt(KeyId="alias/app", Plaintext=b"x")
        """
    )

    result.assert_outcomes(passed=1)


def test_several_operations_fail_one_at_a_time(run: Run) -> None:
    """In one mark, or in several; on a class too."""
    result = run(
        """
        @pytest.mark.kms_failures("ListKeys", "ListAliases", only="ThrottlingException")
        def test_one_mark(kms, kms_failure):
            client = kms.client()
            with pytest.raises(Exception, match=kms_failure.operation):
                client.list_keys()
                client.list_aliases()

        @pytest.mark.kms_failures("ListKeys", only="ThrottlingException")
        @pytest.mark.kms_failures("ListAliases", only="read-timeout")
        def test_two_marks(kms, kms_failure):
            with pytest.raises(Exception):
                kms.client().list_keys()
                kms.client().list_aliases()

        @pytest.mark.kms_failures("ListKeys", only="ThrottlingException")
        class TestClass:
            def test_it(self, kms):
                with pytest.raises(Exception):
                    kms.client().list_keys()
        """
    )

    result.assert_outcomes(passed=5)


def test_it_goes_with_parametrize_and_fixtures(run: Run) -> None:
    result = run(
        """
        @pytest.mark.parametrize("limit", [1, 2])
        @pytest.mark.kms_failures("ListKeys", only=["ThrottlingException", "read-timeout"])
        def test_it(kms, limit):
            with pytest.raises(Exception):
                kms.client().list_keys(Limit=limit)
        """
    )

    result.assert_outcomes(passed=4)
    assert "test_it[ListKeys-ThrottlingException-1]" in result.stdout.str()


def test_a_test_that_never_calls_the_operation_is_told_so(run: Run) -> None:
    """In words that fit: nobody wrote kms.fail(), so there is no argument to add to it."""
    result = run(
        """
        @pytest.mark.kms_failures("Decrypt", only="ThrottlingException")
        def test_it(kms):
            kms.client().list_keys()
        """
    )

    result.assert_outcomes(failed=1)
    message = next(line for line in result.outlines if "never happened" in line)
    assert "Decrypt" in message
    assert "kms_failures" in message
    assert "allow_unused" not in message


def test_a_mistake_in_the_mark_is_told_at_collection(run: Run) -> None:
    """At the author's test, in the message alone, not in a traceback through the plugin."""
    result = run(
        """
        @pytest.mark.kms_failures("decrypt")
        def test_it(kms):
            pass
        """
    )

    result.assert_outcomes(errors=1)
    text = result.stdout.str()
    assert "Did you mean 'Decrypt'?" in text
    assert "test_it" in text
    assert "def _all_of(" not in text


def test_an_unknown_argument_of_the_mark_is_told(run: Run) -> None:
    result = run(
        """
        @pytest.mark.kms_failures("Decrypt", onyl=["DisabledException"])
        def test_it(kms):
            pass
        """
    )

    result.assert_outcomes(errors=1)
    assert "onyl" in result.stdout.str()


def test_the_fixture_without_the_mark_says_what_is_missing(run: Run) -> None:
    result = run("def test_it(kms_failure): pass")

    result.assert_outcomes(errors=1)
    assert "@pytest.mark.kms_failures" in result.stdout.str()


def test_unittest_cannot_be_swept_and_says_so(run: Run) -> None:
    """Pytest does not parametrize it; a mark that did nothing would look like a passed sweep."""
    result = run(
        """
        import unittest

        class TestIt(unittest.TestCase):
            @pytest.mark.kms_failures("Decrypt")
            def test_it(self):
                pass
        """
    )

    assert result.parseoutcomes().get("passed") is None
    assert "kms_failures" in result.stdout.str()


def test_failures_do_not_leak_into_the_next_test(run: Run) -> None:
    result = run(
        """
        @pytest.mark.kms_failures("ListKeys", only="ThrottlingException")
        def test_first(kms):
            with pytest.raises(Exception):
                kms.client().list_keys()

        def test_second(kms):
            kms.client().list_keys()
        """
    )

    result.assert_outcomes(passed=2)


def test_pytest_lists_the_mark_and_the_fixture(run: Run) -> None:
    assert "@pytest.mark.kms_failures(" in run("", "--markers").stdout.str()
    assert "kms_failure" in run("", "--fixtures").stdout.str()

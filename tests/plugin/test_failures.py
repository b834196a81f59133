"""The failure sweep: a run of a test for each way in which an operation can fail."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import botocore.session
import pytest

from pytest_kmsmock import KmsMockError, mock_kms, plugin
from pytest_kmsmock.plugin.failures import failures_of
from pytest_kmsmock.service.api.shapes import shapes_of

# pytester forgets what a run imports, and botocore takes long.
SESSION = botocore.session.Session()

Run = Callable[..., pytest.RunResult]

OF_EVERY_OPERATION = [
    "AccessDeniedException",
    "ThrottlingException",
    "connection-refused",
    "read-timeout",
    "connection-closed",
]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a test file, and return what pytest says."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    with mock_kms() as kms:
        kms.client()

    def run_file(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_it="import pytest\n" + textwrap.dedent(source))
        return pytester.runpytest_inprocess("-v", *arguments, plugins=[plugin])

    return run_file


def names_of(*operations: str, **options: object) -> list[str]:
    return [str(each) for each in failures_of(*operations, **options)]  # type: ignore[arg-type]


# Which failures there are.


@pytest.mark.parametrize("operation", ["Decrypt", "GenerateDataKey", "CreateKey", "ListKeys"])
def test_an_operation_fails_in_each_way_that_it_declares(operation: str) -> None:
    """And in those of every operation: access denied, throttling, a lost connection."""
    names = [failure.name for failure in failures_of(operation)]

    assert set(names) == {*shapes_of(operation).errors, *OF_EVERY_OPERATION}
    assert len(names) == len(set(names))


def test_each_has_a_name_that_a_person_can_read() -> None:
    """With the operation first, so that `-k` selects them."""
    names = names_of("Decrypt", "Encrypt")

    assert "Decrypt-DisabledException" in names
    assert "Decrypt-connection-refused" in names
    assert "Encrypt-read-timeout" in names
    assert "Encrypt-IncorrectKeyException" not in names


def test_only_keeps_those_that_are_named() -> None:
    names = names_of("Decrypt", "Encrypt", only=["DisabledException", "read-timeout"])

    assert names == [
        "Decrypt-DisabledException",
        "Decrypt-read-timeout",
        "Encrypt-DisabledException",
        "Encrypt-read-timeout",
    ]


def test_exclude_leaves_out_those_that_are_named() -> None:
    left = set(names_of("Decrypt")) - set(names_of("Decrypt", exclude=["DisabledException"]))

    assert left == {"Decrypt-DisabledException"}


def test_one_name_needs_no_list() -> None:
    assert names_of("Decrypt", only="read-timeout") == ["Decrypt-read-timeout"]


@pytest.mark.parametrize(
    ("operations", "options", "words"),
    [
        ((), {}, "kms_failures('Decrypt')"),
        (("decrypt",), {}, "Did you mean 'Decrypt'?"),
        (("Decrypt",), {"only": ["Throttling"]}, "Did you mean 'ThrottlingException'?"),
        (("Decrypt",), {"exclude": ["TagException"]}, "There are AccessDeniedException, "),
        ((["Decrypt"],), {}, "['Decrypt']"),
    ],
)
def test_what_makes_no_sense_is_refused(
    operations: tuple[str, ...], options: dict[str, list[str]], words: str
) -> None:
    """With the names that there are."""
    with pytest.raises(KmsMockError) as caught:
        failures_of(*operations, **options)

    assert words in str(caught.value)


def test_to_leave_nothing_is_refused() -> None:
    """A test without any run would pass unseen."""
    with pytest.raises(KmsMockError):
        failures_of("Decrypt", only=["read-timeout"], exclude=["read-timeout"])


# The mark.

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
    for name in names_of("Decrypt"):
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

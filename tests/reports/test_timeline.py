"""The section "KMS calls" of a failing test's report."""

from __future__ import annotations

import re
import textwrap

import pytest

from pytest_kmsmock import KmsMock, plugin
from pytest_kmsmock.reports.timeline import timeline

pytestmark = pytest.mark.usefixtures("no_other_plugins")

APPLICATION = """
    import botocore.session

    client = botocore.session.Session().create_client("kms", region_name="us-east-1")

    def work():
        key_id = client.create_key()["KeyMetadata"]["KeyId"]
        client.encrypt(KeyId=key_id, Plaintext="hunter2", EncryptionContext={"tenant": "42"})
        client.disable_key(KeyId=key_id)
        try:
            client.encrypt(KeyId=key_id, Plaintext="hunter2")
        except client.exceptions.DisabledException:
            pass
"""


@pytest.fixture
def report(pytester: pytest.Pytester) -> str:
    """What pytest prints of a few tests that pass and fail."""
    pytester.makepyfile(application=APPLICATION)
    pytester.makepyfile("""
        import pytest
        import application
        from pytest_kmsmock import mock_kms

        def test_fixture(kms):
            application.work()
            assert False

        @mock_kms
        def test_decorated():
            application.client.list_keys(Limit=7)
            assert False

        def test_context_manager():
            with mock_kms():
                application.client.list_keys(Limit=8)
            assert False

        @pytest.fixture
        def broken(kms):
            application.client.list_keys(Limit=9)
            assert False

        def test_set_up(broken): pass

        def test_without_calls(kms):
            assert False

        def test_without_kms():
            assert False

        def test_passing(kms):
            application.client.list_keys(Limit=10)

        @pytest.mark.xfail
        def test_expected(kms):
            application.client.list_keys(Limit=11)
            assert False

        def test_nested(kms):
            application.client.list_keys(Limit=12)
            with mock_kms():
                application.client.list_keys(Limit=13)
            application.client.list_keys(Limit=14)
            assert False

        def test_many(kms):
            for _ in range(200):
                application.client.list_keys(Limit=15)
            assert False
    """)
    pytester.syspathinsert()
    result = pytester.runpytest_inprocess("--tb=short", plugins=[plugin])
    result.assert_outcomes(failed=7, errors=1, passed=1, xfailed=1)
    return result.stdout.str()


def section(report: str, test: str) -> str:
    """Return what the report says about *test*."""
    _, _, text = report.partition(f" {test} __")
    return text.partition("\n____")[0].partition("\n====")[0]


def test_a_failing_test_shows_what_was_called(report: str) -> None:
    """A line a call: what, of which key, with what outcome, and from where; never a plaintext."""
    timeline = section(report, "test_fixture")

    assert "-- KMS calls --" in timeline
    lines = timeline.partition("KMS calls")[2].splitlines()[1:]
    assert [line.split()[-1] for line in lines] == [
        "application.py:6",
        "application.py:7",
        "application.py:8",
        "application.py:10",
    ]
    assert [line.split()[1] for line in lines] == ["CreateKey", "Encrypt", "DisableKey", "Encrypt"]
    assert all(re.match(r"\d\d:\d\d:\d\d \w+ [0-9a-f]{8} ", line) for line in lines)
    assert all(len(line) <= 80 for line in lines)
    assert "{'tenant': '42'}" in lines[1]
    assert "Disabled -> DisabledException" in lines[3]
    assert "us-east-1" not in "".join(lines)
    assert "hunter2" not in timeline.partition("KMS calls")[2]

    # The other doors and phases, in one run: each costs a quarter of a second.
    assert "ListKeys" in section(report, "test_decorated")
    assert "ListKeys" in section(report, "test_context_manager")
    assert "ListKeys" in section(report, "ERROR at setup of test_set_up")
    assert "KMS calls" not in section(report, "test_without_calls")
    assert "KMS calls" not in section(report, "test_without_kms")
    nested = section(report, "test_nested").partition("KMS calls")[2]
    assert nested.count("ListKeys") == 3
    many = section(report, "test_many").partition("KMS calls")[2]
    assert "(190 earlier calls left out: ListKeys 190×)" in many
    assert many.count("application") + many.count("test_many") == 0
    assert len(re.findall(r"\d\d:\d\d:\d\d ListKeys", many)) == 10


def run(pytester: pytest.Pytester, source: str, *arguments: str) -> str:
    """Return what pytest says of a test file."""
    pytester.makepyfile(test_it=textwrap.dedent(source))
    pytester.makeini("[pytest]\naddopts = -p no:randomly")
    return pytester.runpytest_inprocess(*arguments, plugins=[plugin]).stdout.str()


def test_with_v_more_calls_have_a_line(pytester: pytest.Pytester) -> None:
    source = """
        def test_many(kms):
            client = kms.client()
            for _ in range(250):
                client.list_keys()
                client.list_aliases()
            assert False
    """

    text = run(pytester, source, "-v").partition("KMS calls")[2]

    assert "(380 earlier calls left out: ListKeys 190×, ListAliases 190×)" in text
    assert len(re.findall(r"\d\d:\d\d:\d\d List", text)) == 120


def test_a_key_is_shown_by_its_alias_and_its_region_if_it_is_another(
    pytester: pytest.Pytester,
) -> None:
    source = """
        def test_it(kms):
            key = kms.create_key("alias/app")
            there = kms.create_key("alias/there", region="eu-west-1")
            kms.client().encrypt(KeyId=key.arn, Plaintext=b"x")
            kms.client("eu-west-1").describe_key(KeyId=there.id)
            assert False
    """

    text = run(pytester, source).partition("KMS calls")[2]

    assert re.search(r"Encrypt alias/app  test_it.py:4\n", text)
    assert re.search(r"DescribeKey alias/there eu-west-1  test_it.py:5\n", text)


def test_what_the_assertion_lists_is_not_said_again(pytester: pytest.Pytester) -> None:
    source = """
        def test_all(kms):
            kms.client().list_keys(Limit=7)
            kms.calls.assert_not_called()

        def test_some(kms):
            kms.client().list_keys(Limit=8)
            kms.client().list_aliases()
            kms.calls.assert_not_called("ListKeys")
    """

    text = run(pytester, source)

    first, _, second = text.partition("_ test_some _")
    assert "KMS calls" not in first
    assert "ListAliases" in second.partition("KMS calls")[2].partition("short test")[0]
    assert "ListKeys" not in second.partition("KMS calls")[2].partition("short test")[0]


def test_a_key_that_is_not_there_is_told_with_those_that_are(pytester: pytest.Pytester) -> None:
    """The nearest first, also where the application has caught the error."""
    source = """
        import contextlib

        def test_it(kms):
            kms.create_key("alias/other")
            kms.create_key("alias/app", region="eu-west-1")
            client = kms.client()
            with contextlib.suppress(client.exceptions.NotFoundException):
                client.encrypt(KeyId="alias/ap", Plaintext=b"x")
            assert False

        def test_none(kms):
            kms.client().describe_key(KeyId="alias/ap")
    """

    text = " ".join(run(pytester, source).partition("KMS calls")[2].split())

    assert (
        "alias/ap was not found in us-east-1; there are, the closest first: "
        "alias/app in eu-west-1, alias/other." in text
    )
    assert "alias/ap was not found in us-east-1; there are no keys yet." in text


def test_a_region_that_is_none_is_told(pytester: pytest.Pytester) -> None:
    """Also where the application has caught the error; not where a test has scheduled it."""
    pytester.makepyfile("""
        import botocore.session
        import pytest

        def list_keys(region):
            try:
                botocore.session.Session().create_client("kms", region_name=region).list_keys()
            except Exception:
                pass

        def test_nowhere(kms):
            list_keys("us-east-9")
            assert False

        def test_somewhere(kms):
            kms.disconnect("ListKeys", times=None)
            list_keys("us-east-1")
            assert False

        @pytest.mark.kms(unknown_regions=True)
        def test_anywhere(kms):
            kms.disconnect("ListKeys", times=None)
            list_keys("us-east-9")
            assert False
    """)

    report = pytester.runpytest_inprocess("--tb=short", plugins=[plugin]).stdout.str()

    told = section(report, "test_nowhere")
    assert "us-east-9 -> EndpointConnectionError" in told
    assert "botocore lists no Region us-east-9. Did you mean 'us-east-" in told
    assert "unknown_regions" in told
    for test in ("test_somewhere", "test_anywhere"):
        text = section(report, test)
        assert "-> EndpointConnectionError" in text
        assert "botocore lists no Region" not in text


def test_what_no_terminal_can_print_is_escaped(kms: KmsMock) -> None:
    """Nor can xdist send it: a surrogate that has lost its other half."""
    client = kms.client()
    with pytest.raises(client.exceptions.ClientError):
        client.describe_key(KeyId="alias/\ud800")

    text = timeline([kms._backend], verbose=True)

    assert "alias/\\ud800" in text
    assert text.encode()

"""The section "KMS calls" of a failing test's report."""

from __future__ import annotations

import base64
import re
import textwrap
import unicodedata
from typing import Any

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

    # Not what pytest tells of the run: it collects what others have left behind.
    assert "ListKeys" in section(text, "test_all")
    assert "KMS calls" not in section(text, "test_all")
    told = section(text, "test_some").partition("KMS calls")[2]
    assert "ListAliases" in told
    assert "ListKeys" not in told


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


def test_a_key_that_was_made_later_is_not_told_as_another_one(pytester: pytest.Pytester) -> None:
    """Programs look first and make what is missing: that is no misspelt name."""
    source = """
        import contextlib

        def test_it(kms):
            kms.create_key("alias/other")
            client = kms.client()
            for region in ("us-east-1", "eu-west-1"):
                with contextlib.suppress(client.exceptions.NotFoundException):
                    kms.client(region).describe_key(KeyId="alias/app")
            kms.create_key("alias/app")
            assert False
    """

    text = " ".join(run(pytester, source).partition("KMS calls")[2].split())

    later = "but is there now: it was made later, or was seen late."
    assert f"alias/app was not found in us-east-1, {later}" in text
    assert "alias/app was not found in eu-west-1; there are, the closest first: alias/app" in text


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


def lines_of(kms: KmsMock, *, verbose: bool = False) -> list[str]:
    """Return the lines of the section."""
    return timeline([kms._backend], verbose=verbose).splitlines()


def columns(line: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(each) in "WF") for each in line)


NAMES = (
    "alias/app",
    "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws:kms:us-east-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab",
    "1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws:kms:us-east-1:123456789012:alias/" + "long/" * 20,
    "alias/\n" + "日本語" * 20,
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "operation", ["Encrypt", "GenerateDataKeyPairWithoutPlaintext", "DescribeKey"]
)
@pytest.mark.parametrize("region", ["us-east-1", "ap-southeast-2"])
def test_no_line_is_longer_than_a_terminal(
    kms: KmsMock, name: str, operation: str, region: str
) -> None:
    """Whatever was named: the time, the operation, the error and the place are whole."""
    client = kms.client(region)
    parameters: dict[str, dict[str, Any]] = {
        "Encrypt": {"Plaintext": b"hunter2!", "EncryptionContext": {"tenant": "日本" * 30}},
        "GenerateDataKeyPairWithoutPlaintext": {"KeyPairSpec": "ECC_NIST_P256"},
        "DescribeKey": {},
    }
    with pytest.raises(client.exceptions.ClientError):
        client._make_api_call(operation, {"KeyId": name, **parameters[operation]})

    lines = lines_of(kms)

    code = kms.calls[0].error and kms.calls[0].error.code
    assert f" {operation} " in f"{lines[0]} "
    assert f" -> {code} " in f"{' '.join(lines[:2])} "
    assert re.search(r"_timeline\.py:\d+$", "\n".join(lines[:2]), re.MULTILINE)
    assert all(columns(line) <= 80 for line in lines)


def test_an_arn_that_was_not_found_is_shown_by_the_beginning_of_its_id(kms: KmsMock) -> None:
    client = kms.client()
    with pytest.raises(client.exceptions.NotFoundException):
        client.describe_key(KeyId=NAMES[1])

    [line, *hints] = lines_of(kms)

    assert "DescribeKey 1234abcd -> NotFoundException" in line
    assert NAMES[1] in " ".join(hints)


def test_faults_that_are_to_come_are_told(kms: KmsMock) -> None:
    """A test that fails since a fault has not come, or has come too early, needs to know."""
    key = kms.create_key("alias/app")
    kms.fail("Decrypt", "DisabledException", times=None, after=3)
    kms.disconnect("Sign", allow_unused=True).cancel()
    kms.delay("ListKeys", 3)
    kms.throttle("Encrypt", times=9)
    client = kms.client(retries={"total_max_attempts": 2})
    client.list_keys()
    with pytest.raises(client.exceptions.ClientError):
        client.encrypt(KeyId=key.id, Plaintext=b"hunter2!")

    lines = lines_of(kms)

    assert lines[2:] == [
        "Scheduled: kms.fail('Decrypt', 'DisabledException', times=None, after=3) has not",
        "    happened yet, and 3 more calls go well before.",
        "Scheduled: kms.throttle('Encrypt', times=9) has happened 2 of 9×.",
    ]
    kms._backend.faults.excuse()


def test_of_many_faults_some_are_told(kms: KmsMock) -> None:
    for _ in range(9):
        kms.throttle("Sign", allow_unused=True)

    lines = lines_of(kms)

    assert len(lines) == 6
    assert lines[-1] == "(4 more scheduled faults left out)"


def refused(kms: KmsMock, times: int) -> None:
    """Let a role whose name is long be refused."""
    role = kms.principal(f"arn:aws:iam::123456789012:role/{'path/' * 8}application", policies=[])
    kms.create_key("alias/app")
    client = kms.client(principal=role)
    for _ in range(times):
        with pytest.raises(client.exceptions.ClientError):
            client.generate_data_key(KeyId="alias/app", KeySpec="AES_256")


def test_why_a_call_was_refused_is_told_once(kms: KmsMock) -> None:
    refused(kms, 3)

    lines = lines_of(kms)

    calls = [line for line in lines if " -> AccessDeniedException" in line]
    assert len(calls) == 3
    assert sum("no IAM policy allows it" in line for line in lines) == 1
    assert lines.count("    (refused as above)") == 2
    assert all(len(line) <= 80 for line in lines)


def test_with_v_it_is_told_why_a_call_was_allowed(kms: KmsMock) -> None:
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    role = kms.principal(
        "arn:aws:iam::123456789012:role/app", policies=[{"Statement": [statement]}]
    )
    kms.create_key("alias/app")
    for _ in range(2):
        kms.client(principal=role).describe_key(KeyId="alias/app")

    assert len(lines_of(kms)) == 2
    assert "allowed: kms:DescribeKey: " in lines_of(kms, verbose=True)[1]
    assert sum("allowed: " in line for line in lines_of(kms, verbose=True)) == 1


def test_with_v_reasons_count_among_the_120_lines(kms: KmsMock) -> None:
    """What is left out is said, and each reason is there where it comes first."""
    refused(kms, 200)

    lines = lines_of(kms, verbose=True)

    [left_out] = [line for line in lines if "left out" in line]
    shown = sum(" -> AccessDeniedException" in line for line in lines)
    assert left_out == f"({200 - shown} earlier calls left out: GenerateDataKey {200 - shown}×)"
    assert 110 <= len(lines) - 1 <= 120
    assert "no IAM policy allows it" in " ".join(lines[2:8])


def test_nothing_secret_is_told(kms: KmsMock) -> None:
    """Whatever came of the call: neither what was asked for nor what was answered."""
    key = kms.create_key("alias/app")
    client = kms.client()
    client.encrypt(KeyId=key.id, Plaintext=b"hunter2-hunter2")
    data_key = client.generate_data_key(KeyId=key.id, KeySpec="AES_256")["Plaintext"]
    with pytest.raises(client.exceptions.ClientError):
        client.encrypt(KeyId="alias/none", Plaintext=b"hunter2-hunter2")
    kms.fail("Encrypt", "KMSInternalException", times=9)
    with pytest.raises(client.exceptions.ClientError):
        client.encrypt(KeyId=key.id, Plaintext=b"hunter2-hunter2")

    text = timeline([kms._backend], verbose=True)

    assert len(text.splitlines()) >= 4
    for secret in (b"hunter2", data_key):
        assert repr(secret)[2:-1] not in text
        assert secret.hex() not in text
        assert base64.b64encode(secret).decode() not in text

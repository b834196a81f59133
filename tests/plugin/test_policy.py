"""The policy of a run: `--kms-policy` writes it, and `kms_policy` runs under it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_kmsmock import plugin

Run = Callable[..., pytest.RunResult]

PROGRAM = """
    import boto3

    def client():
        return boto3.client("kms", region_name="us-east-1",
                            aws_access_key_id="A", aws_secret_access_key="x")

    def save(tenant):
        return client().generate_data_key(KeyId="alias/app", KeySpec="AES_256",
                                          EncryptionContext={"tenant": tenant})["CiphertextBlob"]

    def load(blob, tenant):
        return client().decrypt(CiphertextBlob=blob, EncryptionContext={"tenant": tenant})

    def rotate():
        kms = client()
        new = kms.create_key(Tags=[{"TagKey": "app", "TagValue": "x"}])["KeyMetadata"]["KeyId"]
        kms.update_alias(AliasName="alias/app", TargetKeyId=new)
        return new
"""
TESTS = """
    import pytest
    from program import client, load, rotate, save

    def test_what_was_saved_is_loaded(kms):
        kms.create_key(alias="alias/app")
        load(save("42"), "42")

    def test_a_key_of_old(kms):
        kms.create_key(key_id="11111111-2222-4333-8444-555555555555")
        client().describe_key(KeyId="11111111-2222-4333-8444-555555555555")
        kms.calls.clear()

    def test_rotation(kms):
        kms.create_key(alias="alias/app")
        rotate()

    def test_a_disabled_key(kms):
        kms.create_key(alias="alias/app", state="Disabled")
        with pytest.raises(client().exceptions.DisabledException):
            save("42")

    def test_a_missing_key(kms):
        with pytest.raises(client().exceptions.NotFoundException):
            save("42")
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the program's tests, and return what pytest says."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.syspath_prepend(pytester.path)
    pytester.makepyfile(program=PROGRAM)

    def run_tests(*arguments: str, ini: str = "", tests: str = TESTS) -> pytest.RunResult:
        pytester.makepyfile(test_program=tests)
        pytester.makeini(f"[pytest]\n{ini}")
        return pytester.runpytest_inprocess(*arguments, plugins=[plugin])

    return run_tests


def policy_in(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "policy.json").read_text(encoding="utf-8"))
    return document


def without(policy: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield *policy* without each statement, and without each action of those with several."""
    for number, statement in enumerate(policy["Statement"]):
        less = copy.deepcopy(policy)
        del less["Statement"][number]
        yield less
        for action in statement["Action"]:
            less = copy.deepcopy(policy)
            less["Statement"][number]["Action"].remove(action)
            if less["Statement"][number]["Action"]:
                yield less


def test_a_run_writes_the_policy_that_its_calls_needed(run: Run, pytester: pytest.Pytester) -> None:
    """With a line about it; also of calls that a test has cleared."""
    result = run("--kms-policy=policy.json")

    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["*IAM policy of this run: *policy.json"])
    actions = [name for each in policy_in(pytester.path)["Statement"] for name in each["Action"]]
    assert sorted(actions) == [
        "kms:CreateKey",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKey",
        "kms:TagResource",
        "kms:UpdateAlias",
        "kms:UpdateAlias",
    ]


def test_under_its_own_policy_the_run_passes_and_under_less_it_fails(
    run: Run, pytester: pytest.Pytester
) -> None:
    """Nothing of the policy can go."""
    run("--kms-policy=policy.json")
    policy = policy_in(pytester.path)

    run(ini="kms_policy = policy.json").assert_outcomes(passed=5)
    for less in without(policy):
        if less["Statement"]:
            (pytester.path / "policy.json").write_text(json.dumps(less), encoding="utf-8")
            assert run("-x", ini="kms_policy = policy.json").ret == pytest.ExitCode.TESTS_FAILED


def test_workers_put_together_what_they_needed(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under pytest-xdist as without it."""
    pytest.importorskip("xdist")
    run("--kms-policy=policy.json")
    alone = policy_in(pytester.path)

    # This run may be a worker itself.
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    result = pytester.runpytest_subprocess(
        "-p", "pytest_kmsmock.plugin", "-p", "xdist.plugin", "-n", "2", "--kms-policy=policy.json"
    )

    result.assert_outcomes(passed=5)
    assert policy_in(pytester.path) == alone


def test_a_run_without_calls_writes_an_empty_policy(run: Run, pytester: pytest.Pytester) -> None:
    """It is a policy all the same, and nobody may do anything under it."""
    run("--kms-policy=policy.json", tests="def test_nothing(): pass")

    assert policy_in(pytester.path) == {"Version": "2012-10-17", "Statement": []}
    result = run(
        ini="kms_policy = policy.json",
        tests="""
            import pytest
            from botocore.exceptions import ClientError
            from program import client

            def test_it(kms):
                with pytest.raises(ClientError, match="AccessDenied"):
                    client().list_keys()
        """,
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "tests"),
    [
        (["--collect-only"], "def test_nothing(): pass"),
        ([], "import nowhere"),
        ([], "import pytest\n\ndef test_nothing(): pytest.exit('enough')"),
    ],
    ids=["collection", "error", "interruption"],
)
def test_a_run_that_is_none_leaves_the_policy_as_it_is(
    run: Run, pytester: pytest.Pytester, arguments: list[str], tests: str
) -> None:
    """It would write an empty one, or half of one."""
    (pytester.path / "policy.json").write_text(json.dumps(ALLOWS_LISTS), encoding="utf-8")

    result = run("--kms-policy=policy.json", *arguments, tests=tests)

    assert policy_in(pytester.path) == ALLOWS_LISTS
    result.stdout.fnmatch_lines(["*the policy in *policy.json stays as it is*"])


def test_the_calls_of_a_crashed_worker_are_told_to_be_missing(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the policy would look whole."""
    pytest.importorskip("xdist")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile("import os\n\ndef test_it():\n    os._exit(1)")

    result = pytester.runpytest_subprocess(
        *("-p", "pytest_kmsmock.plugin", "-p", "xdist.plugin", "-n", "1"),
        *("--max-worker-restart=0", "--kms-policy=policy.json"),
    )

    result.stdout.fnmatch_lines(["*without the calls of a worker that has crashed*"])


def test_a_file_in_no_folder_is_told_at_once(run: Run) -> None:
    """And not at the end of a long run."""
    result = run("--kms-policy=nowhere/policy.json")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--kms-policy=nowhere/policy.json: there is no such folder*"])


def test_mocks_of_wider_scopes_count(run: Run, pytester: pytest.Pytester) -> None:
    """Each call once, in whichever test it was made."""
    run(
        "--kms-policy=policy.json",
        tests="""
            from program import client

            def test_first(kms_module):
                client().list_keys()

            def test_second(kms_module):
                client().list_aliases()
        """,
    )

    (statement,) = policy_in(pytester.path)["Statement"]
    assert statement["Action"] == ["kms:ListAliases", "kms:ListKeys"]


ALLOWS_LISTS = {"Statement": {"Effect": "Allow", "Action": "kms:List*", "Resource": "*"}}


def test_the_policy_is_that_of_the_role_application(run: Run, pytester: pytest.Pytester) -> None:
    """Of the mock's account; handles and other principals are not held to it."""
    (pytester.path / "policy.json").write_text(json.dumps(ALLOWS_LISTS), encoding="utf-8")

    result = run(
        ini="kms_policy = policy.json\nkms_account = 444455556666",
        tests="""
            import pytest
            from botocore.exceptions import ClientError
            from program import client

            def test_it(kms):
                key = kms.create_key()
                key.encrypt(b"x")
                client().list_keys()
                with pytest.raises(ClientError, match="AccessDenied"):
                    client().describe_key(KeyId=key.id)
                session = "arn:aws:sts::444455556666:assumed-role/application/kmsmock"
                assert {call.principal for call in kms.calls} == {session}
                assert kms.enforce_policies is True
        """,
    )

    result.assert_outcomes(passed=1)


def test_the_policy_is_that_of_the_principal_that_is_named(
    run: Run, pytester: pytest.Pytester
) -> None:
    """By the ini file or a marker, whose path begins where the test file lies."""
    (pytester.path / "policy.json").write_text(json.dumps(ALLOWS_LISTS), encoding="utf-8")

    result = run(
        ini="kms_principal = arn:aws:iam::123456789012:user/ann",
        tests="""
            import pytest
            from pytest_kmsmock import mock_kms
            from program import client

            def test_off(kms):
                client().create_key()
                assert kms.calls[0].principal.endswith(":user/ann")

            @pytest.mark.kms(policy="policy.json")
            def test_on(kms):
                client().list_keys()
                assert kms.calls[0].principal.endswith(":user/ann")
                assert kms.calls[0].decision.allowed

            @pytest.mark.kms(policy="policy.json", enforce_policies=False)
            def test_declined(kms):
                client().create_key()

            def test_by_a_document():
                document = {"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}
                with mock_kms(policy=document) as kms:
                    client().create_key()
                    assert kms.calls[0].decision.allowed
        """,
    )

    result.assert_outcomes(passed=4)


@pytest.mark.parametrize(
    ("ini", "told"),
    [
        ("kms_policy = none.json", "cannot be read"),
        ("kms_policy = program.py", "is no JSON"),
        ("kms_principal = ann", "is no ARN of a principal"),
        ("kms_enforce_policies = hard", "neither true, false nor soft"),
        ("kms_eventual_consistency = soon", "neither true, false nor a number of seconds"),
        ("kms_eventual_consistency = nan", "kms_eventual_consistency"),
    ],
)
def test_options_that_make_no_sense_are_told(run: Run, ini: str, told: str) -> None:
    """By name."""
    result = run(ini=ini, tests="def test_it(kms): pass")

    assert result.ret != pytest.ExitCode.OK
    text = result.stdout.str() + result.stderr.str()
    assert told in text
    assert ini.split(" ")[0].removeprefix("kms_") in text


def test_the_ini_file_sets_the_other_options(run: Run) -> None:
    """As the marker does."""
    result = run(
        ini=(
            "kms_enforce_policies = soft\nkms_eventual_consistency = 2\n"
            "kms_strict_principals = true"
        ),
        tests="""
            import pytest
            from program import client

            def test_soft_and_late(kms):
                assert kms.enforce_policies == "soft"
                new = client().create_key()["KeyMetadata"]["KeyId"]
                with pytest.raises(client().exceptions.NotFoundException):
                    client().describe_key(KeyId=new)
                kms.clock.advance(seconds=2)
                client().describe_key(KeyId=new)

            def test_strict(kms):
                key = kms.create_key()
                with pytest.raises(client().exceptions.InvalidArnException):
                    client().create_grant(KeyId=key.id, Operations=["Encrypt"],
                                          GranteePrincipal="arn:aws:iam::123456789012:user/ann")

            @pytest.mark.kms(enforce_policies=True)
            def test_nearer(kms):
                assert kms.enforce_policies is True
        """,
    )

    result.assert_outcomes(passed=3)


SOFT_TESTS = """
    import pytest
    from program import client

    def test_twice(kms):
        for _ in range(2):
            client().list_keys()
        client().list_aliases()

    @pytest.fixture
    def listing(kms_module):
        yield
        client().list_keys()

    def test_at_the_end(listing):
        pass

    def test_afterwards(kms_module):
        client().list_aliases()
"""


@pytest.mark.parametrize("workers", [0, 1])
def test_the_end_of_a_run_tells_what_would_have_been_refused(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    """Where policies are softly enforced; each call in the test in which it was made."""
    policy = {"Statement": {"Effect": "Allow", "Action": "kms:ListAliases", "Resource": "*"}}
    (pytester.path / "policy.json").write_text(json.dumps(policy), encoding="utf-8")
    ini = "kms_policy = policy.json\nkms_enforce_policies = soft"

    result = run(ini=ini, tests=SOFT_TESTS)
    if workers:
        pytest.importorskip("xdist")
        monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
        result = pytester.runpytest_subprocess(
            *("-p", "pytest_kmsmock.plugin", "-p", "xdist.plugin", "-n", str(workers))
        )

    result.assert_outcomes(passed=3)
    told = [line for line in result.outlines if "no IAM policy allows it" in line]
    assert told == [
        "test_program.py::test_at_the_end: test_program.py:12  "
        "kms:ListKeys: no IAM policy allows it",
        "test_program.py::test_twice: test_program.py:6  "
        "kms:ListKeys: no IAM policy allows it (2×)",
    ]
    result.stdout.fnmatch_lines(["*KMS calls that policies would have refused*"])


def test_a_run_under_policies_that_refuse_tells_nothing_more(run: Run) -> None:
    result = run(ini="kms_enforce_policies = true", tests="def test_it(kms): pass")

    result.stdout.no_fnmatch_line("*would have refused*")


def test_a_failing_test_tells_what_decided(run: Run) -> None:
    """In its report, of each call that was refused."""
    result = run(
        tests="""
            from program import client

            def test_it(kms):
                key = kms.create_key()
                policy = {"Statement": {"Effect": "Allow", "Action": "kms:List*", "Resource": "*"}}
                role = kms.principal("arn:aws:iam::123456789012:role/app", policies=[policy])
                with kms.acting_as(role):
                    client().list_keys()
                    client().describe_key(KeyId=key.id)
        """
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*KMS calls*",
            "* ListKeys  test_program.py:8",
            "* DescribeKey * -> AccessDeniedException  test_program.py:9",
            "    *assumed-role/app/kmsmock is not allowed",
            "      no IAM policy allows it.",
            "    - To allow it, an IAM policy of arn:aws:iam::123456789012:role/app must",
        ]
    )

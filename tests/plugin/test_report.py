"""The report of a run: `--kms-report` and what goes with it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_kmsmock import plugin

Run = Callable[..., pytest.RunResult]

VAULT = """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    class Unavailable(Exception):
        pass

    def client():
        return boto3.client("kms", region_name="us-east-1")

    def save(secret):
        return client().encrypt(KeyId="alias/vault", Plaintext=secret)["CiphertextBlob"]

    def load(blob):
        try:
            return client().decrypt(CiphertextBlob=blob)["Plaintext"]
        except (BotoCoreError, ClientError) as error:
            raise Unavailable from error
"""
TESTS = """
    import pytest
    from vault import Unavailable, load, save

    def test_reads_back(kms):
        kms.create_key(alias="alias/vault")
        assert load(save(b"a top secret")) == b"a top secret"

    def test_throttled(kms):
        kms.create_key(alias="alias/vault")
        kms.throttle("Decrypt", times=2)
        load(save(b"a top secret"))

    def test_disabled(kms):
        key = kms.create_key(alias="alias/vault")
        blob = save(b"a top secret")
        key.disable()
        with pytest.raises(Unavailable):
            load(blob)

    def test_nothing():
        pass
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run tests of the vault, and return what pytest says."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    # This run may be a worker itself.
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.syspath_prepend(pytester.path)
    pytester.makepyfile(vault=VAULT)

    def run_tests(
        *arguments: str, tests: str = TESTS, workers: int = 0, plugins: tuple[str, ...] = ()
    ) -> pytest.RunResult:
        pytester.makepyfile(test_vault=tests)
        if not workers and not plugins:
            return pytester.runpytest_inprocess(*arguments, plugins=[plugin])
        names = ["pytest_kmsmock.plugin", *plugins]
        if workers:
            pytest.importorskip("xdist")
            names.append("xdist.plugin")
            arguments = (f"-n{workers}", *arguments)
        return pytester.runpytest_subprocess(
            *(part for name in names for part in ("-p", name)), *arguments
        )

    return run_tests


def report_in(folder: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((folder / "kms.json").read_text(encoding="utf-8"))
    return value


def used(report: dict[str, Any]) -> dict[str, Any]:
    """Return what of *report* is the same for each run of the same tests."""
    operations = {
        name: {
            member: sorted(value) if isinstance(value, list) else value
            for member, value in use.items()
            if member not in ("ready_test", "provoked_by")
        }
        for name, use in report["operations"].items()
    }
    tests = {test["id"]: test for test in report["tests"]}
    return {"totals": report["totals"], "operations": operations, "tests": tests}


def test_a_run_prints_what_it_used_and_what_no_test_has_provoked(run: Run) -> None:
    """At its end, by operation."""
    result = run("--kms-report")

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(
        [
            "*= KMS in this run =*",
            "6 calls of 2 operations by 3 of 4 tests; 2 of 30 failures provoked (6.6 %)",
            "operation    calls  provoked  errors seen",
            "Decrypt          3      2/16  DisabledException 1, ThrottlingException 2",
            "Encrypt          3      0/14  -",
            "  alias/vault (SYMMETRIC_DEFAULT, us-east-1): Enabled 5, Disabled 1; 3 tests",
            "Failures that no test has provoked:",
            "Decrypt: DependencyTimeoutException, *",
            "  reached by test_vault.py::test_disabled",
            "  a test to paste into test_vault.py after the one that it calls:",
            "    @pytest.mark.kms_failures(*",
        ]
    )


def test_a_run_writes_what_it_used(run: Run, pytester: pytest.Pytester) -> None:
    """As JSON, which tells in words, names as those of `kms_failures`."""
    result = run("--kms-report=kms.json", "--kms-report=kms.md")

    decrypt = report_in(pytester.path)["operations"]["Decrypt"]
    assert decrypt["calls"] == 3
    assert decrypt["errors"] == {"DisabledException": 1, "ThrottlingException": 2}
    assert decrypt["provoked"] == ["DisabledException", "ThrottlingException"]
    assert "connection-closed" in decrypt["not_provoked"]
    assert decrypt["provoked_by"]["ThrottlingException"] == ["test_vault.py::test_throttled"]
    assert (pytester.path / "kms.md").read_text(encoding="utf-8").startswith("## KMS in this run")
    result.stdout.fnmatch_lines(["*the report of this run: *kms.json", "*: *kms.md"])
    result.stdout.no_fnmatch_line("*KMS in this run*")


@pytest.mark.extra("report")
def test_no_report_has_a_value_in_it(run: Run, pytester: pytest.Pytester) -> None:
    """Neither plaintext nor ciphertext nor context, in whatever coding."""
    tests = """
        from vault import client

        def test_it(kms):
            kms.create_key(alias="alias/vault", description="a description")
            blob = client().encrypt(KeyId="alias/vault", Plaintext=b"a top secret",
                                    EncryptionContext={"tenant": "acme"})["CiphertextBlob"]
            assert client().decrypt(CiphertextBlob=blob, EncryptionContext={"tenant": "acme"})
            with open("blob", "wb") as file:
                file.write(blob)
    """
    files = ("kms.json", "kms.md", "kms.html")

    result = run("--kms-report", *(f"--kms-report={file}" for file in files), tests=tests)

    blob = (pytester.path / "blob").read_bytes()
    texts = [(pytester.path / file).read_text(encoding="utf-8") for file in files]
    for text in (*texts, result.stdout.str()):
        assert "Encrypt" in text
        for secret in (b"a top secret", b"acme", b"a description", blob):
            assert repr(secret)[2:-1] not in text
            assert secret.hex() not in text


def test_workers_put_together_what_they_called(run: Run, pytester: pytest.Pytester) -> None:
    """Under pytest-xdist as without it, and printed once."""
    run("--kms-report=kms.json")
    alone = report_in(pytester.path)

    result = run("--kms-report=kms.json", "--kms-report", workers=2)

    result.assert_outcomes(passed=4)
    assert used(report_in(pytester.path)) == used(alone)
    assert result.stdout.str().count("= KMS in this run =") == 1


def test_a_crash_of_a_worker_is_told_and_all_else_is_there(
    run: Run, pytester: pytest.Pytester
) -> None:
    """What the worker's earlier tests called, too."""
    tests = f"""{TESTS}
    def test_that_crashes(kms):
        import os
        kms.create_key(alias="alias/vault")
        save(b"secret")
        os._exit(1)
    """

    result = run("--kms-report=kms.json", "--kms-report", tests=tests, workers=1)

    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(
        ["a worker crashed in test_vault.py::test_that_crashes, whose calls are missing"]
    )
    report = report_in(pytester.path)
    assert report["crashed"] == ["test_vault.py::test_that_crashes"]
    assert report["totals"]["calls"] == 6


def test_tests_are_in_the_order_of_their_names(run: Run, pytester: pytest.Pytester) -> None:
    """In each run, whichever worker was the first; numbers by value."""
    tests = """
        import pytest
        from vault import client

        @pytest.mark.parametrize("number", [10, 9, 1])
        def test_it(kms, number):
            client().list_keys()

        def test_is(kms):
            client().list_keys()
    """

    run("--kms-report=kms.json", tests=tests, workers=2)

    names = [test["id"].partition("::")[2] for test in report_in(pytester.path)["tests"]]
    assert names == ["test_is", "test_it[1]", "test_it[9]", "test_it[10]"]


RERUN = """
    import pytest
    from _pytest.runner import runtestprotocol

    # As pytest-rerunfailures does it.
    def pytest_runtest_protocol(item, nextitem):
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for attempt in range(3):
            reports = runtestprotocol(item, nextitem=nextitem, log=False)
            for report in reports:
                if report.failed and attempt < 2:
                    report.outcome = "rerun"
                    item.ihook.pytest_runtest_logreport(report=report)
                    break
                item.ihook.pytest_runtest_logreport(report=report)
            else:
                break
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True
"""


def test_a_test_that_is_run_again_counts_once(run: Run, pytester: pytest.Pytester) -> None:
    """As it was in the end."""
    pytester.makeconftest(RERUN)
    tests = """
        from vault import save

        runs = []

        def test_flaky(kms):
            kms.create_key(alias="alias/vault")
            save(b"secret")
            runs.append(1)
            assert len(runs) == 3
    """

    run("--kms-report=kms.json", tests=tests)

    report = report_in(pytester.path)
    assert report["totals"]["calls"] == 1
    assert report["totals"]["tests"] == 1
    [test] = report["tests"]
    assert test["outcome"] == "passed"


def test_calls_of_wider_mocks_are_those_of_the_test_that_makes_them(
    run: Run, pytester: pytest.Pytester
) -> None:
    """Each once, with the phase."""
    tests = """
        import pytest

        @pytest.fixture(scope="module")
        def client(kms_module):
            client = kms_module.client()
            client.list_keys()
            yield client
            client.list_aliases()

        def test_first(client):
            client.generate_random(NumberOfBytes=1)

        def test_second(client):
            client.generate_random(NumberOfBytes=1)
    """

    run("--kms-report=kms.json", tests=tests)

    calls = [
        (test["id"].partition("::")[2], call["operation"], call.get("phase", "call"))
        for test in report_in(pytester.path)["tests"]
        for call in map(test["calls"].__getitem__, test["steps"])
    ]
    assert calls == [
        ("test_first", "ListKeys", "setup"),
        ("test_first", "GenerateRandom", "call"),
        ("test_second", "GenerateRandom", "call"),
        ("test_second", "ListAliases", "teardown"),
    ]


def test_outcomes_are_pytests(run: Run, pytester: pytest.Pytester) -> None:
    tests = """
        import pytest
        from vault import client

        def test_passes(kms): client().list_keys()
        def test_fails(kms): client().list_keys(); assert 0
        def test_skips(kms): client().list_keys(); pytest.skip()
        @pytest.mark.xfail
        def test_xfails(kms): client().list_keys(); assert 0
        @pytest.mark.xfail(strict=False)
        def test_xpasses(kms): client().list_keys()
        @pytest.fixture
        def broken(kms): client().list_keys(); assert 0
        def test_breaks(broken): pass
        @pytest.fixture
        def breaking(kms): client().list_keys(); yield; assert 0
        def test_breaks_later(breaking): pass
    """

    run("--kms-report=kms.json", tests=tests)

    outcomes = {
        test["id"].partition("::test_")[2]: test["outcome"]
        for test in report_in(pytester.path)["tests"]
    }
    assert outcomes == {
        "passes": "passed",
        "fails": "failed",
        "skips": "skipped",
        "xfails": "xfailed",
        "xpasses": "xpassed",
        "breaks": "error",
        "breaks_later": "error",
    }


# The gate


@pytest.mark.parametrize(
    ("limit", "status", "told"),
    [
        ("6.6", pytest.ExitCode.OK, "OK --kms-report-fail-under=6.6: 6.6 % *, 2 of 30"),
        ("7", pytest.ExitCode.TESTS_FAILED, "FAIL --kms-report-fail-under=7: 6.6 % *, 2 of 30"),
    ],
)
@pytest.mark.parametrize("workers", [0, 1])
def test_a_run_fails_if_too_little_is_provoked(
    run: Run, limit: str, status: int, told: str, workers: int
) -> None:
    """Its tests pass all the same; and the report says what is missing."""
    result = run(f"--kms-report-fail-under={limit}", workers=workers)

    result.assert_outcomes(passed=4)
    assert result.ret == status
    result.stdout.fnmatch_lines(["Failures that no test has provoked:", f"*{told}"])


@pytest.mark.parametrize(
    ("tests", "arguments", "status"),
    [
        ("def test_it(): pass", ["-k", "nothing"], pytest.ExitCode.NO_TESTS_COLLECTED),
        ("import pytest\n\ndef test_it(): pytest.exit('enough')", [], pytest.ExitCode.INTERRUPTED),
        ("import nowhere", [], pytest.ExitCode.INTERRUPTED),
        ("def test_it(): assert 0", [], pytest.ExitCode.TESTS_FAILED),
    ],
    ids=["none", "interrupted", "error", "failed"],
)
def test_the_limit_hides_no_other_status(
    run: Run, tests: str, arguments: list[str], status: int
) -> None:
    """A run that has come to no end is worse than one that provokes too little."""
    result = run("--kms-report-fail-under=100", *arguments, tests=tests)

    assert result.ret == status


def test_a_run_without_calls_is_below_any_limit(run: Run) -> None:
    """Except 0: nothing was measured."""
    nothing = "def test_it(): pass"

    assert run("--kms-report-fail-under=0", tests=nothing).ret == pytest.ExitCode.OK
    assert run("--kms-report-fail-under=1", tests=nothing).ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("limit", ["101", "-1", "nan", "many"])
def test_a_limit_that_is_no_percentage_is_refused(run: Run, limit: str) -> None:
    result = run(f"--kms-report-fail-under={limit}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--kms-report-fail-under*"])
    result.stderr.fnmatch_lines([f"*'{limit}' is no number from 0 to 100*"])


# The command line


def test_what_follows_and_is_no_report_is_pytests(run: Run, pytester: pytest.Pytester) -> None:
    """`--kms-report tests/` runs tests/, with its conftest, and prints."""
    folder = pytester.mkdir("inner")
    (folder / "conftest.py").write_text(
        "def pytest_addoption(parser): parser.addoption('--of-inner')", encoding="utf-8"
    )
    (folder / "test_inner.py").write_text("def test_inner(): pass", encoding="utf-8")

    for arguments in (
        ["--kms-report", "inner/", "--of-inner=1"],
        ["--kms-report=inner/", "--of-inner=1"],
        ["--of-inner=1", "--kms-report", "inner/test_inner.py::test_inner"],
        ["inner", "--kms-report", "--of-inner=1"],
    ):
        result = run(*arguments)

        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines(["*= KMS in this run =*"])


def test_a_report_may_follow_after_a_space(run: Run, pytester: pytest.Pytester) -> None:
    run("--kms-report", "kms.json", "test_vault.py")

    assert report_in(pytester.path)["totals"]["tests"] == 4


def test_the_ini_file_may_ask_for_it(run: Run, pytester: pytest.Pytester) -> None:
    """Before paths on the command line."""
    pytester.makeini("[pytest]\naddopts = --kms-report")

    result = run("test_vault.py")

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*= KMS in this run =*"])


@pytest.mark.parametrize("file", ["kms.xml", "nowhere/kms.json"])
def test_a_file_that_cannot_be_written_is_told_at_once(run: Run, file: str) -> None:
    """And not at the end of a long run."""
    result = run(f"--kms-report={file}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--kms-report=*{file}: *"])


def test_a_file_that_cannot_be_written_in_the_end_is_told(
    run: Run, pytester: pytest.Pytester
) -> None:
    """And fails the run; the other reports are there."""
    (pytester.path / "folder.json").mkdir()

    result = run("--kms-report=folder.json", "--kms-report=kms.json")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*folder.json could not be written: Is a directory"])
    assert report_in(pytester.path)["totals"]["tests"] == 4


@pytest.mark.parametrize(
    ("arguments", "tests"),
    [
        (["--collect-only"], "def test_nothing(): pass"),
        ([], "import nowhere"),
        ([], "import pytest\n\ndef test_nothing(): pytest.exit('enough')"),
    ],
    ids=["collection", "error", "interruption"],
)
def test_a_run_that_is_none_leaves_the_report_as_it_is(
    run: Run, pytester: pytest.Pytester, arguments: list[str], tests: str
) -> None:
    """It would write an empty one, or half of one."""
    (pytester.path / "kms.json").write_text("that of yesterday", encoding="utf-8")

    result = run("--kms-report=kms.json", *arguments, tests=tests)

    assert (pytester.path / "kms.json").read_text(encoding="utf-8") == "that of yesterday"
    result.stdout.fnmatch_lines(["*the report in *kms.json stays as it is*"])


def test_without_the_option_nothing_of_it_is_imported(run: Run) -> None:
    """A run that asks for no report pays for none."""
    result = run(
        tests=f"""{TESTS}
    def test_modules():
        import sys
        names = ("pytest_kmsmock.reports.run", "pytest_kmsmock.plugin.report", "jinja2")
        assert not [name for name in sys.modules if name.startswith(names)]
    """,
        plugins=("pytest",),
    )

    result.assert_outcomes(passed=5)


def test_a_policy_may_be_asked_for_too(run: Run, pytester: pytest.Pytester) -> None:
    """Each sees all calls."""
    run("--kms-report=kms.json", "--kms-policy=policy.json")

    policy = json.loads((pytester.path / "policy.json").read_text(encoding="utf-8"))
    actions = sorted(name for each in policy["Statement"] for name in each["Action"])
    assert actions == ["kms:Decrypt", "kms:Encrypt"]
    assert report_in(pytester.path)["totals"]["calls"] == 6


def test_nothing_of_a_test_outlives_it(run: Run) -> None:
    """A report of thousands of tests holds their rows, and none of their mocks."""
    tests = """
        import gc, weakref
        from vault import load, save

        backends = []

        def test_first(kms):
            kms.create_key(alias="alias/vault")
            kms.throttle("Decrypt")
            load(save(b"secret"))
            backends.append(weakref.ref(kms._backend))

        def test_second():
            gc.collect()
            assert [backend() for backend in backends] == [None]
    """

    run("--kms-report", "-p", "no:randomly", tests=tests).assert_outcomes(passed=2)


# What is pasted


METHODS = """
    import pytest
    from vault import client, load, save

    class TestVault:
        class TestInner:
            @pytest.mark.parametrize("size", [1, 2])
            @pytest.mark.kms(keys=["alias/vault"])
            def test_sizes(self, kms, size, tmp_path):
                assert load(save(b"x" * size)) == b"x" * size
"""


SHARED = """
    import pytest
    from vault import client, load, save

    @pytest.fixture(scope="module")
    def vault(kms_module):
        kms_module.create_key(alias="alias/vault")

    def test_it(vault):
        assert load(save(b"secret")) == b"secret"
"""


COROUTINES = """
    import asyncio
    import pytest
    from vault import load, save

    @pytest.mark.asyncio
    @pytest.mark.parametrize("size, times", [(1, 2)])
    async def test_sizes(kms, size, times):
        kms.create_key(alias="alias/vault")
        blob = await asyncio.to_thread(save, b"x" * size * times)
        assert await asyncio.to_thread(load, blob) == b"xx"
"""


@pytest.mark.parametrize(
    ("tests", "plugins"),
    [
        (TESTS, ()),
        (METHODS, ()),
        (SHARED, ()),
        (COROUTINES, ("pytest_asyncio.plugin",)),
    ],
    ids=["functions", "methods", "shared-keys", "coroutines"],
)
def test_ready_tests_provoke_what_was_missing(
    run: Run, pytester: pytest.Pytester, tests: str, plugins: tuple[str, ...]
) -> None:
    """Pasted as they are; what the vault raises, they expect."""
    for name in plugins:
        pytest.importorskip(name)
    run("--kms-report=kms.json", tests=tests, plugins=plugins)
    before = report_in(pytester.path)
    assert before["totals"]["percent"] < 10
    pasted = (pytester.path / "test_vault.py").read_text(encoding="utf-8")
    for operation in before["operations"].values():
        assert operation["ready_test"]["file"] == "test_vault.py"
        pasted += f"\n\n{operation['ready_test']['text']}"

    result = run(
        "--kms-report=kms.json", "--kms-report-fail-under=100", tests=pasted, plugins=plugins
    )

    assert result.ret == pytest.ExitCode.OK
    after = report_in(pytester.path)
    assert after["totals"]["percent"] == 100
    assert [use["not_provoked"] for use in after["operations"].values()] == [[], []]


UNCALLABLE = {
    "unittest": """
        import unittest
        from pytest_kmsmock import mock_kms
        @mock_kms
        class Vault(unittest.TestCase):
            def test_it(self): client().list_keys()
    """,
    "decorated": """
        from pytest_kmsmock import mock_kms
        @mock_kms
        def test_it(): client().list_keys()
    """,
    "block": """
        from pytest_kmsmock import mock_kms
        def test_it():
            with mock_kms():
                client().list_keys()
    """,
    "failures": """
        @pytest.mark.kms_failures("ListKeys", only="ThrottlingException")
        def test_it(kms):
            with pytest.raises(Exception):
                client().list_keys()
    """,
    "generated": """
        def pytest_generate_tests(metafunc):
            metafunc.parametrize("number", [1])
        def test_it(kms, number): client().list_keys()
    """,
    "by_name": """
        def make():
            def test_it(kms): client().list_keys()
            return test_it
        test_other = make()
        def test_it(kms, *, tmp_path): client().list_keys()
        del test_other
    """,
}


@pytest.mark.parametrize("kind", UNCALLABLE)
def test_a_test_that_no_other_can_call_is_not_called(
    run: Run, pytester: pytest.Pytester, kind: str
) -> None:
    """The ready test leaves it to the reader what to call, and says what calls the operation."""
    head = "\n        import pytest\n        from vault import client\n"
    run("--kms-report=kms.json", tests=head + UNCALLABLE[kind])

    ready = report_in(pytester.path)["operations"]["ListKeys"]["ready_test"]
    assert ready["file"] is None
    assert re.search(r"call what calls ListKeys: test_vault\.py:\d+, ", ready["text"])

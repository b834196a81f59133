"""Children of the test's process: a forked one is refused what it has inherited, or shares it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_kmsmock import mock_kms

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="nobody is forked")
# Python warns of forks beside threads, from 3.12 on.
IGNORED = "-W", "ignore::DeprecationWarning"


def run_script(folder: Path, script: str) -> str:
    """Run *script* as a program of its own; return what it prints."""
    path = folder / "script.py"
    path.write_text(textwrap.dedent(script))
    done = subprocess.run(
        [sys.executable, *IGNORED, str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_fork
def test_a_forked_child_is_refused_and_told_what_to_write(tmp_path: Path) -> None:
    printed = run_script(
        tmp_path,
        """
        import multiprocessing, boto3
        from pytest_kmsmock import KmsMockError, mock_kms

        def work(queue):
            try:
                boto3.client("kms", "us-east-1").list_keys()
            except KmsMockError as error:
                queue.put(str(error))

        with mock_kms() as kms:
            context = multiprocessing.get_context("fork")
            queue = context.Queue()
            child = context.Process(target=work, args=[queue])
            child.start()
            print(queue.get(timeout=60))
            child.join()
            assert not kms.calls
        """,
    )

    assert printed.startswith("kms:ListKeys, called from script.py:7, ") or "script.py:7" in printed
    assert "children='share'" in printed
    assert "the extra `endpoint`" in printed
    assert "with mock_kms():" in printed


SWALLOWING = """
    import multiprocessing, boto3, pytest
    from pytest_kmsmock import KmsMockError
    fork = multiprocessing.get_context("fork")
    pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

    def work():
        try:
            boto3.client("kms", "us-east-1").list_keys()
        except Exception:
            pass

    def call(_):
        boto3.client("kms", "us-east-1").list_keys()
"""


@needs_fork
def test_what_a_child_was_refused_fails_the_test(run: Callable[..., pytest.RunResult]) -> None:
    """Although the child has swallowed it; the next test has nothing to do with it."""
    result = run(f"""{SWALLOWING}
    def test_it(kms):
        child = fork.Process(target=work)
        child.start()
        child.join()

    def test_next(kms):
        kms.client().list_keys()
    """)

    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*meant for the test:*", "*kms:ListKeys*children='share'*"])


@needs_fork
def test_a_test_may_expect_what_its_child_was_refused(
    run: Callable[..., pytest.RunResult],
) -> None:
    """A pool brings the error to it."""
    result = run(f"""{SWALLOWING}
    def test_it(kms):
        with fork.Pool(1) as pool, pytest.raises(KmsMockError, match="was forked"):
            pool.map(call, [1])
    """)

    result.assert_outcomes(passed=1)


@needs_fork
def test_who_swallows_it_in_the_parent_swallows_it(run: Callable[..., pytest.RunResult]) -> None:
    result = run(f"""{SWALLOWING}
    def application():
        with fork.Pool(1) as pool:
            try:
                pool.map(call, [1])
            except Exception:
                pass

    def test_it(kms):
        application()
    """)

    result.assert_outcomes(failed=1)


@needs_fork
def test_a_child_has_no_use_of_handles(tmp_path: Path) -> None:
    """Neither of keys nor of the mock."""
    run_script(
        tmp_path,
        """
        import os
        from pytest_kmsmock import KmsMockError, mock_kms

        with mock_kms() as kms:
            key = kms.create_key()
            for use in (key.disable, kms.create_key, lambda: key.state, lambda: kms.keys):
                if (child := os.fork()) == 0:
                    try:
                        use()
                    except KmsMockError as error:
                        os._exit(0 if "handles are for the test's own process" in str(error) else 2)
                    os._exit(1)
                assert os.waitpid(child, 0)[1] == 0, use
            assert key.state == "Enabled"
        """,
    )


@needs_fork
def test_a_mock_that_the_child_enters_is_the_child_s(tmp_path: Path) -> None:
    """As under pytest-forked. When it is left, the parent's is refused again."""
    run_script(
        tmp_path,
        """
        import os, boto3
        from pytest_kmsmock import KmsMockError, mock_kms

        with mock_kms() as kms:
            client = boto3.client("kms", "us-east-1")
            if (child := os.fork()) == 0:
                with mock_kms() as own:
                    own.create_key(alias="alias/own")
                    client.encrypt(KeyId="alias/own", Plaintext=b"x")
                    own.calls.assert_called_once("Encrypt")
                try:
                    client.list_keys()
                except KmsMockError:
                    os._exit(0)
                os._exit(1)
            assert os.waitpid(child, 0)[1] == 0
            assert not kms.calls
        """,
    )


SHARING = """
import multiprocessing, os, subprocess, sys
import boto3
from pytest_kmsmock import mock_kms

def work(name):
    client = boto3.client("kms", "eu-west-1")
    key_id = client.create_key()["KeyMetadata"]["KeyId"]
    client.create_alias(AliasName=f"alias/{name}", TargetKeyId=key_id)
    client.encrypt(KeyId="alias/parent", Plaintext=b"x")

if __name__ == "__main__":
    before = dict(os.environ)
    for _ in range(2):  # the fork server is to have the environment of its own test
        with mock_kms(children="share", region="eu-west-1") as kms:
            kms.create_key(alias="alias/parent")
            for method in sys.argv[1:] or multiprocessing.get_all_start_methods():
                child = multiprocessing.get_context(method).Process(target=work, args=[method])
                child.start()
                child.join()
                assert child.exitcode == 0, method
                assert kms.key(f"alias/{method}").state == "Enabled"
            subprocess.run(
                [sys.executable, "-c", "import script; script.work('program')"], check=True
            )
            assert kms.key("alias/program")
            assert kms.calls.operations[:3] == ["CreateKey", "CreateAlias", "Encrypt"]
            print(*{call.source.rpartition("/")[2] for call in kms.calls if call.region})
            assert len(kms.calls) == 3 * (len(multiprocessing.get_all_start_methods()) + 1)
        assert dict(os.environ) == before
"""


@pytest.mark.extra("endpoint")
def test_all_children_share_the_mock_if_they_are_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However they are started; and the environment is what it was when the mock is left."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_PROFILE", "somebody")

    printed = run_script(tmp_path, SHARING)

    if hasattr(os, "fork"):
        assert "script.py:" in printed


@needs_fork
@pytest.mark.extra("endpoint")
def test_a_forked_child_has_all_that_a_call_in_process_has(tmp_path: Path) -> None:
    """Its line, its principal, retries with real faults, and errors of AWS."""
    run_script(
        tmp_path,
        """
        import os, boto3
        from pytest_kmsmock import KmsMockError, mock_kms

        with mock_kms(children="share") as kms:
            kms.create_key(alias="alias/app", state="Disabled")
            role = kms.principal("arn:aws:iam::123456789012:role/reader")
            kms.enforce_policies = False
            client = kms.client()
            as_role = kms.client(principal=role)
            kms.throttle("ListKeys", times=2)
            kms.disconnect("ListAliases", "closed")

            def in_child(work):
                if (child := os.fork()) == 0:
                    work()
                    os._exit(0)
                assert os.waitpid(child, 0)[1] == 0

            def work():
                assert client.list_keys()["ResponseMetadata"]["RetryAttempts"] == 2
                assert client.list_aliases()["ResponseMetadata"]["RetryAttempts"] == 1
                as_role.generate_random(NumberOfBytes=3)
                try:
                    client.encrypt(KeyId="alias/app", Plaintext=b"x")
                except client.exceptions.DisabledException:
                    os._exit(0)
                os._exit(1)

            in_child(work)
            assert kms.calls.operations == ["ListKeys", "ListAliases", "GenerateRandom", "Encrypt"]
            assert [call.retries for call in kms.calls] == [2, 1, 0, 0]
            assert kms.calls[2].principal == role.session_arn
            lines = [call.source.rpartition(":")[2] for call in kms.calls]
            assert lines == ["21", "22", "23", "25"], lines
            assert kms.calls[3].error.code == "DisabledException"
        """,
    )


@pytest.mark.extra("endpoint")
def test_a_test_may_let_its_children_share(run: Callable[..., pytest.RunResult]) -> None:
    """By its marker; the ini option is for all."""
    result = run("""
        import os, subprocess, sys

        PROGRAM = "import boto3; boto3.client('kms').create_key()"

        @pytest.mark.kms(children="share")
        def test_it(kms):
            subprocess.run([sys.executable, "-c", PROGRAM], check=True)
            kms.calls.assert_called_once("CreateKey")

        def test_environment(kms):
            assert "AWS_ENDPOINT_URL_KMS" not in os.environ
    """)

    result.assert_outcomes(passed=2)


def test_without_the_extra_nobody_can_share(monkeypatch: pytest.MonkeyPatch) -> None:
    from pytest_kmsmock import KmsMockError

    monkeypatch.setitem(sys.modules, "tornado", None)

    with (
        pytest.raises(KmsMockError, match=r"'share' cannot be: .*pytest-kmsmock\[endpoint\]"),
        mock_kms(children="share"),
    ):
        pass
    with mock_kms() as kms:
        assert kms.client().list_keys()["Keys"] == []


def test_what_is_neither_is_refused() -> None:
    from pytest_kmsmock import KmsMockError

    with pytest.raises(KmsMockError, match="is none of refuse, share"):
        mock_kms(children="adopt")  # type: ignore[call-overload]

"""Other ways to run tests: in parallel, in another order, by unittest, on an event loop."""

from __future__ import annotations

import sys
import textwrap

import pytest

TESTS = """
    import botocore.session
    import pytest

    CLIENT = botocore.session.Session().create_client("kms", region_name="us-east-1")

    @pytest.fixture(scope="module", autouse=True)
    def shared(kms_module):
        return kms_module.create_key(alias="alias/shared")

    @pytest.mark.parametrize("number", range(40))
    def test_has_its_own_keys(kms, number, shared):
        assert len(CLIENT.list_keys()["Keys"]) == 1
        arn = CLIENT.create_key()["KeyMetadata"]["Arn"]
        kms.throttle("Encrypt")
        sealed = CLIENT.encrypt(KeyId=arn, Plaintext=b"x")
        assert sealed["ResponseMetadata"]["RetryAttempts"] == 1
        assert CLIENT.decrypt(CiphertextBlob=sealed["CiphertextBlob"])["Plaintext"] == b"x"
        assert shared.state == "Enabled"
        shared.disable()

    @pytest.mark.parametrize("spec", ["RSA_2048", "RSA_3072", "ECC_NIST_P256"])
    @pytest.mark.parametrize("number", range(4))
    def test_signs(kms, spec, number):
        key = kms.create_key(spec=spec, usage="SIGN_VERIFY")
        assert key.sign(b"x")

    @pytest.mark.kms_failures("ListKeys", only=["ThrottlingException", "read-timeout"])
    def test_fails(kms):
        with pytest.raises(Exception):
            CLIENT.list_keys()
"""
COUNT = 40 + 12 + 2


@pytest.fixture
def arranged(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    pytester.makepyfile(test_first=TESTS, test_second=TESTS)
    return pytester


def test_xdist(arranged: pytest.Pytester) -> None:
    """Workers share nothing but the pool of key pairs in pytest's cache folder."""
    pytest.importorskip("xdist")

    result = arranged.runpytest_subprocess(
        "-p", "pytest_kmsmock.plugin", "-p", "xdist.plugin", "-n", "4"
    )

    result.assert_outcomes(passed=2 * COUNT)


def test_xdist_passes_on_what_a_failing_test_says(arranged: pytest.Pytester) -> None:
    """The timeline and the message of an unused fault come from the worker."""
    pytest.importorskip("xdist")
    arranged.makepyfile(
        test_third="""
        def test_it(kms):
            kms.throttle("Decrypt")
            kms.client().list_keys()
        """
    )

    result = arranged.runpytest_subprocess(
        "-p", "pytest_kmsmock.plugin", "-p", "xdist.plugin", "-n", "1", "test_third.py"
    )

    result.assert_outcomes(failed=1)
    assert "kms.throttle('Decrypt')" in result.stdout.str()
    result.stdout.fnmatch_lines(["*KMS calls*"])


def test_xdist_guards_in_the_workers(arranged: pytest.Pytester) -> None:
    """`--kms-guard` is handed on to them."""
    pytest.importorskip("xdist")
    arranged.makepyfile(
        test_third="""
        import botocore.session

        def test_it():
            botocore.session.Session().create_client("kms", region_name="us-east-1").list_keys()
        """
    )

    result = arranged.runpytest_subprocess(
        "-p", "pytest_kmsmock.plugin", "-p", "xdist.plugin", "-n", "1", "--kms-guard",
        "test_third.py",
    )  # fmt: skip

    result.assert_outcomes(failed=1)
    assert "outside any mock" in result.stdout.str()


@pytest.mark.parametrize("seed", [1, 2])
def test_randomly(arranged: pytest.Pytester, seed: int) -> None:
    """No test depends on another, and random key material does not repeat by the seed."""
    pytest.importorskip("pytest_randomly")

    result = arranged.runpytest_subprocess(
        "-p", "pytest_kmsmock.plugin", "-p", "pytest_randomly", f"--randomly-seed={seed}"
    )

    result.assert_outcomes(passed=2 * COUNT)


def test_randomly_does_not_repeat_keys(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It seeds `random` before each test; what KMS makes up is not from there."""
    pytest.importorskip("pytest_randomly")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        textwrap.dedent(
            """
            import pytest

            made = set()

            @pytest.mark.parametrize("number", range(5))
            def test_it(kms, number):
                key = kms.create_key()
                random = kms.client().generate_random(NumberOfBytes=16)["Plaintext"]
                assert not {key.id, random} & made
                made.update({key.id, random})
            """
        )
    )

    result = pytester.runpytest_subprocess(
        "-p", "pytest_kmsmock.plugin", "-p", "pytest_randomly", "-p", "no:cacheprovider"
    )

    result.assert_outcomes(passed=5)


def test_pytest_asyncio(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Coroutine tests and fixtures with a client of botocore, in threads or not."""
    pytest.importorskip("pytest_asyncio")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function")
    pytester.makepyfile(
        """
        import asyncio
        import botocore.session
        import pytest
        from pytest_kmsmock import mock_kms

        CLIENT = botocore.session.Session().create_client("kms", region_name="us-east-1")

        @pytest.fixture
        async def arn(kms):
            yield CLIENT.create_key()["KeyMetadata"]["Arn"]

        async def test_fixture(kms, arn):
            CLIENT.describe_key(KeyId=arn)
            assert kms.calls.operations == ["CreateKey", "DescribeKey"]

        @mock_kms
        async def test_decorated():
            await asyncio.sleep(0)
            assert CLIENT.list_keys()["Keys"] == []

        async def test_threads(kms):
            kms.throttle("ListKeys", times=3)
            client = kms.client(retries={"mode": "legacy", "total_max_attempts": 5})
            found = await asyncio.gather(
                *(asyncio.to_thread(client.list_keys) for _ in range(20))
            )
            assert sum(each["ResponseMetadata"]["RetryAttempts"] for each in found) == 3
            assert len(kms.calls) == 20

        async def test_unused(kms):
            kms.throttle("Decrypt")

        @pytest.mark.kms_failures("ListKeys", only="ThrottlingException")
        async def test_swept(kms):
            with pytest.raises(Exception, match="Throttling"):
                CLIENT.list_keys()
        """
    )

    result = pytester.runpytest_subprocess(
        "-p", "pytest_kmsmock.plugin", "-p", "pytest_asyncio.plugin"
    )

    result.assert_outcomes(passed=4, failed=1)
    assert "kms.throttle('Decrypt')" in result.stdout.str()


def test_unittest_without_pytest(pytester: pytest.Pytester) -> None:
    """`python -m unittest`: mocks and faults work, though nothing tells of unused ones."""
    pytester.makepyfile(
        test_it="""
        import unittest
        import botocore.session
        from pytest_kmsmock import mock_kms

        CLIENT = botocore.session.Session().create_client("kms", region_name="us-east-1")

        @mock_kms(keys=["alias/app"])
        class TestIt(unittest.TestCase):
            def test_answered(self):
                self.assertEqual(len(CLIENT.list_keys()["Keys"]), 1)

        class TestFaults(unittest.TestCase):
            def test_retried(self):
                with mock_kms() as kms:
                    kms.throttle("ListKeys")
                    response = CLIENT.list_keys()
                self.assertEqual(response["ResponseMetadata"]["RetryAttempts"], 1)

        class TestCoroutines(unittest.IsolatedAsyncioTestCase):
            @mock_kms
            async def test_answered(self):
                self.assertEqual(CLIENT.list_keys()["Keys"], [])
        """
    )

    result = pytester.run(sys.executable, "-m", "unittest", "test_it")

    assert result.ret == 0
    assert "Ran 3 tests" in result.stderr.str()

"""Whole runs of pytest and of unittest, each in a process of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

# Nobody gets out of the machine, and nobody has an account.
CONFTEST = """
    import socket

    def refuse(*arguments, **_):
        raise AssertionError(f"somebody tried to reach {arguments}")

    socket.getaddrinfo = refuse
"""


@pytest.fixture(autouse=True)
def _no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


def python(*arguments: str) -> str:
    """Run Python on *arguments*, and return what it prints."""
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=True
    ).stdout


def test_clients_are_answered_wherever_they_were_made(pytester: pytest.Pytester) -> None:
    """In the root conftest, in the application, in a plugin, before this plugin was loaded."""
    pytester.makepyfile(
        early_plugin="""
            import botocore.session

            SESSION = botocore.session.Session()
            CLIENT = SESSION.create_client("kms", region_name="us-east-1")
        """,
        application="""
            import botocore.session

            CLIENT = botocore.session.Session().create_client("kms")

            def client():
                return botocore.session.Session().create_client("kms")
        """,
    )
    pytester.makeconftest(
        CONFTEST
        + """
    import botocore.session

    CLIENT = botocore.session.Session().create_client("kms")

    import pytest

    @pytest.fixture
    def client_of_conftest():
        return CLIENT
    """
    )
    pytester.makepyfile("""
        import application, botocore.session, early_plugin, pytest

        CLIENT = botocore.session.Session().create_client("kms")

        @pytest.mark.parametrize("client", [
            pytest.param(lambda: CLIENT, id="test-module"),
            pytest.param(lambda: application.CLIENT, id="application-module"),
            pytest.param(lambda: application.client(), id="application-function"),
            pytest.param(lambda: early_plugin.CLIENT, id="earlier-client"),
            pytest.param(lambda: early_plugin.SESSION.create_client("kms"), id="earlier-session"),
        ])
        def test_it(kms, client):
            arn = kms.create_key(alias="alias/app").arn
            assert client().describe_key(KeyId="alias/app")["KeyMetadata"]["Arn"] == arn

        def test_conftest(kms, client_of_conftest):
            assert client_of_conftest.list_keys()["Keys"] == []
            assert kms.calls.operations == ["ListKeys"]

        def test_boto3(kms):
            boto3 = pytest.importorskip("boto3")
            boto3.client("kms").list_keys()
            boto3.Session().client("kms").list_keys()
            assert len(kms.calls) == 2
    """)
    pytester.makeini("[pytest]\nkms_region = us-east-1")
    pytester.syspathinsert()

    result = pytester.runpytest_subprocess("-p", "early_plugin", "-p", "no:asyncio")

    outcomes = result.parseoutcomes()
    assert outcomes.get("passed", 0) + outcomes.get("skipped", 0) == 7
    assert "failed" not in outcomes


def test_nobody_sees_the_keys_of_others(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In two processes, and in random order."""
    pytest.importorskip("xdist")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile("""
        import botocore.session, pytest
        from pytest_kmsmock import mock_kms

        SESSION = botocore.session.Session()

        def check(kms):
            client = SESSION.create_client("kms")
            assert (client.list_keys()["Keys"], client.list_aliases()["Aliases"]) == ([], [])
            key_id = client.create_key()["KeyMetadata"]["KeyId"]
            client.create_alias(AliasName="alias/app", TargetKeyId=key_id)
            assert len(kms.keys) == 1
            assert kms.calls.operations == ["ListKeys", "ListAliases", "CreateKey", "CreateAlias"]

        @pytest.mark.parametrize("number", range(20))
        def test_fixture(kms, number):
            check(kms)

        @pytest.mark.parametrize("number", range(20))
        def test_context_manager(number):
            with mock_kms() as kms:
                check(kms)
    """)
    random = ["-p", "pytest_randomly"] if _has("pytest_randomly") else []
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    result = pytester.runpytest_subprocess(
        "-p", "xdist", "-p", "pytest_kmsmock.plugin", "-n", "2", *random
    )

    result.assert_outcomes(passed=40)


def test_without_the_plugin_the_decorator_works_all_the_same(pytester: pytest.Pytester) -> None:
    """`-p no:kmsmock` takes the fixtures away, and nothing else; warnings are errors."""
    pytester.makepyfile("""
        import botocore.session, unittest
        from pytest_kmsmock import mock_kms

        @mock_kms
        def test_decorated():
            assert botocore.session.Session().create_client("kms").list_keys()["Keys"] == []

        @mock_kms(keys="alias/app")
        class TestClass:
            def test_method(self):
                client = botocore.session.Session().create_client("kms")
                assert len(client.list_keys()["Keys"]) == 1

        @mock_kms
        class TestCase(unittest.TestCase):
            def test_method(self):
                botocore.session.Session().create_client("kms").create_key()

        def test_fixture(kms): pass
    """)

    result = pytester.runpytest_subprocess("-p", "no:kmsmock", "-p", "no:asyncio", "-W", "error")

    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*fixture 'kms' not found*"])


def test_unittest_alone_is_enough(pytester: pytest.Pytester) -> None:
    """`python -W error -m unittest`, where no pytest is."""
    pytester.makepyfile(
        test_unit="""
        import asyncio, sys, unittest
        import botocore.session
        from pytest_kmsmock import mock_kms

        CLIENT = botocore.session.Session().create_client("kms", region_name="us-east-1")

        @mock_kms(keys="alias/app")
        class TestCase(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                CLIENT.create_key()

            def setUp(self):
                self.addCleanup(CLIENT.list_keys)

            def test_first(self):
                self.assertEqual(len(CLIENT.list_keys()["Keys"]), 2)
                CLIENT.create_key()

            def test_second(self):
                self.assertEqual(len(CLIENT.list_keys()["Keys"]), 2)

        @mock_kms
        class TestAsync(unittest.IsolatedAsyncioTestCase):
            async def test_it(self):
                await asyncio.to_thread(CLIENT.create_key)
                self.assertEqual(len(CLIENT.list_keys()["Keys"]), 1)

        class TestFunction(unittest.TestCase):
            @mock_kms
            def test_it(self):
                self.assertEqual(CLIENT.list_keys()["Keys"], [])
        """
    )

    ran = subprocess.run(
        [sys.executable, "-W", "error", "-m", "unittest", "-v"],
        cwd=pytester.path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert "Ran 4 tests" in ran.stderr


def test_a_thousand_mocks_without_pytest_do_not_pile_up() -> None:
    """A mock that is over is garbage, with all its keys and calls."""
    printed = python(
        "-c",
        "import gc, weakref\n"
        "from pytest_kmsmock import mock_kms\n"
        "seen = []\n"
        "for _ in range(50):\n"
        "    with mock_kms(keys='alias/app') as kms:\n"
        "        seen.append(weakref.ref(kms))\n"
        "del kms\n"
        "gc.collect()\n"
        "print(sum(ref() is not None for ref in seen))",
    )

    assert printed == "0\n"


SCAN = """
import gc
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pytest_kmsmock import mock_kms

FORM = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
SIGNING = {
    "ECC_NIST_P256": (lambda: ec.generate_private_key(ec.SECP256R1()), "ECDSA_SHA_256"),
    "RSA_2048": (lambda: rsa.generate_private_key(65537, 2048), "RSASSA_PSS_SHA_256"),
}

def use():
    # Returns what nobody is to find any more: what only the mock has been given.
    plaintext = b"plain" + bytes([65]) * 40
    material, mac_material = bytes(range(32)), bytes(range(64))
    secrets = {plaintext, material, mac_material}
    with mock_kms() as kms:
        client = kms.client()
        key = kms.create_key(material=material)
        blob = client.encrypt(KeyId=key.id, Plaintext=plaintext)["CiphertextBlob"]
        client.decrypt(CiphertextBlob=blob)
        mac_key = kms.create_key("alias/mac", spec="HMAC_512", material=mac_material)
        client.generate_mac(KeyId=mac_key.id, Message=b"x", MacAlgorithm="HMAC_SHA_512")
        for spec, (generate, algorithm) in SIGNING.items():
            private = generate().private_bytes(*FORM)
            secrets.add(private)
            mine = kms.create_key("alias/" + spec, spec=spec, usage="SIGN_VERIFY", material=private)
            client.sign(KeyId=mine.id, Message=b"x", SigningAlgorithm=algorithm)
            client.get_public_key(KeyId=mine.id)
    return {hash(secret) for secret in secrets}

def found(hashes):
    return [
        holder
        for holder in gc.get_objects()
        for held in gc.get_referents(holder)
        if type(held) is bytes and hash(held) in hashes
    ]

hashes = use()
gc.collect()
print([type(holder) for holder in found(hashes)])
held = [b"plain" + bytes([65]) * 40]
print(len(found(hashes)))
"""


def test_no_secret_of_a_mock_that_is_over_is_kept() -> None:
    """Neither key material nor plaintext, in any cache; the scan would find one."""
    assert python("-c", SCAN) == "[]\n1\n"


def test_loading_the_plugin_is_cheap() -> None:
    """All who installed it pay for that in each run: no more of botocore than its top."""
    printed = python(
        "-W",
        "error",
        "-c",
        "import sys, pytest\n"
        "before = set(sys.modules)\n"
        "import pytest_kmsmock.plugin\n"
        "new = {name for name in set(sys.modules) - before}\n"
        "print(sorted(name for name in new if name.startswith('botocore')))\n"
        "print(sorted({'attr', 'attrs', 'cryptography', 'boto3', 'json'} & new))",
    )

    modules, heavy = printed.splitlines()
    assert set(modules.strip("[]").replace("'", "").split(", ")) <= {
        "botocore",
        "botocore.__about__",
        "botocore.session_context",
    }
    assert set(heavy.strip("[]").replace("'", "").split(", ")) <= {"", "json"}


@pytest.mark.parametrize("names_the_plugin", [True, False])
def test_python_itself_loads_the_modules(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, names_the_plugin: bool
) -> None:
    """To load them by the rewriting of assertions takes longer; pytest does not warn of it."""
    if names_the_plugin:
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        pytester.makeconftest("pytest_plugins = ['pytest_kmsmock.plugin']")
    else:
        monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    pytester.makepyfile("""
        from importlib.machinery import SourceFileLoader

        from pytest_kmsmock import mock, plugin
        from pytest_kmsmock.doors import hook

        def test_loaders(kms):
            assert {type(module.__loader__) for module in (hook, mock, plugin)} == {
                SourceFileLoader
            }
    """)

    result = pytester.runpytest_subprocess("-W", "error::pytest.PytestAssertRewriteWarning")

    result.assert_outcomes(passed=1)


def test_the_import_system_is_as_before_when_python_ends() -> None:
    """What finds the package's modules would keep them alive; also after a reload."""
    printed = python(
        "-c",
        "import atexit, importlib, sys\n"
        "before = sys.meta_path.copy()\n"
        "atexit.register(lambda: print(sys.meta_path == before))\n"
        "import pytest_kmsmock\n"
        "importlib.reload(pytest_kmsmock)\n"
        "print(sys.meta_path == before)",
    )

    assert printed == "False\nTrue\n"


def test_a_mock_works_with_warnings_as_errors() -> None:
    """Also where assertions are off, and in Python's development mode."""
    printed = python(
        *("-W", "error", "-O", "-X", "dev"),
        "-c",
        "import botocore.session\n"
        "from pytest_kmsmock import mock_kms\n"
        "with mock_kms(keys='alias/app') as kms:\n"
        "    client = botocore.session.Session().create_client('kms')\n"
        "    blob = client.encrypt(KeyId='alias/app', Plaintext=b'x')['CiphertextBlob']\n"
        "    print(client.decrypt(CiphertextBlob=blob)['Plaintext'], kms.calls.operations)",
    )

    assert printed == "b'x' ['Encrypt', 'Decrypt']\n"


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def test_the_tests_run_without_an_account() -> None:
    """What these tests promise, they must not get from the machine they run on."""
    assert not [name for name in os.environ if name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID")]

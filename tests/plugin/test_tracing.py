"""Tracebacks: those of mocked calls end at the application's line, and none shows a secret."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator

import botocore.client
import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock, KmsMockError, doors, handles, service
from pytest_kmsmock.handles import keys
from pytest_kmsmock.plugin.tracing import for_report

Run = Callable[..., pytest.RunResult]

# A call is to be interrupted, and not the import of what it needs. Here, since pytester
# forgets what a run has imported.
for _part in (handles, service, doors):
    for _module in pkgutil.walk_packages(_part.__path__, f"{_part.__name__}."):
        if ".endpoint." not in _module.name and ".bridge." not in _module.name:
            importlib.import_module(_module.name)

TRACED = """
    import pytest

    def work(client):
        client.encrypt(KeyId="alias/none", Plaintext="hunter" + "2")

    def test_direct(kms):
        work(kms.client())

    @pytest.mark.kms(transport="wire")
    def test_wire(kms):
        work(kms.client())

    def test_lost(kms):
        kms.disconnect("Encrypt", times=None)
        work(kms.client())

    def test_chained(kms):
        try:
            work(kms.client())
        except Exception as error:
            raise ValueError from error
"""


def test_a_traceback_ends_at_the_applications_line(run: Run) -> None:
    """No frame of botocore's with its arguments, the plaintext among them."""
    text = run(TRACED, "--showlocals").stdout.str()

    failures = text.partition("short test summary")[0]
    assert "botocore/client.py" not in failures
    assert "api_params" not in failures
    assert "hunter2" not in failures
    assert failures.count('Plaintext="hunter" + "2")') == 4


def test_with_full_trace_it_is_all_there(run: Run) -> None:
    assert "botocore/client.py" in run(TRACED, "--full-trace").stdout.str()


# Never written as such, nor kept in a variable: pytest shows the test's own lines and locals.
SECRET = "hunter2"
IN_BASE64 = "aHVudGVy"

SOURCE = """
    import asyncio
    import contextlib
    import sys
    import unittest

    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    from pytest_kmsmock import mock_kms
    from pytest_kmsmock.service.operations import encryption

    def secret(times=1):
        return ("hunter" + "2-").encode() * times

    def private_key():
        return ec.derive_private_key(int.from_bytes(secret(4)), ec.SECP256R1()).private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def in_(*modules):
        '''Let the test fail as if its time were over, in the first of these that does anything.'''
        def fail(frame, event, argument):
            name = frame.f_globals.get("__name__", "").removeprefix("pytest_kmsmock.")
            argument = None
            if event in ("c_call", "return") and name.startswith(modules):
                sys.setprofile(None)
                pytest.fail("out of time")

        sys.setprofile(fail)

    def test_encrypt(kms):
        key = kms.create_key()
        in_("crypto.ciphertext")
        key.encrypt(secret())

    def test_encrypt_by_a_client(kms):
        key = kms.create_key()
        in_("crypto.ciphertext")
        kms.client().encrypt(KeyId=key.arn, Plaintext=secret())

    @pytest.mark.kms(transport="wire")
    def test_encrypt_by_wire(kms):
        key = kms.create_key()
        in_("crypto.ciphertext")
        kms.client().encrypt(KeyId=key.arn, Plaintext=secret())

    def test_decrypt(kms):
        key = kms.create_key()
        blob = key.encrypt(secret())
        in_("service.serving.sealing")
        key.decrypt(blob)

    def test_re_encrypt(kms):
        key = kms.create_key()
        blob = key.encrypt(secret())
        in_("crypto.ciphertext")
        kms.client().re_encrypt(CiphertextBlob=blob, DestinationKeyId=key.arn)

    def test_generate_data_key(kms):
        key = kms.create_key()
        in_("service.serving.sealing")
        kms.client().generate_data_key(KeyId=key.arn, KeySpec="AES_256")

    def test_generate_data_key_pair(kms):
        key = kms.create_key()
        in_("service.serving.sealing")
        kms.client().generate_data_key_pair(KeyId=key.arn, KeyPairSpec="ECC_NIST_P256")

    def test_create_key(kms):
        in_("service.operations.keys")
        kms.create_key(material=secret(4))

    def test_create_pair(kms):
        in_("service.operations.keys")
        kms.create_key(spec="ECC_NIST_P256", material=private_key())

    def test_unsuitable_material(kms):
        kms.create_key(material=secret())

    def test_import_material(kms):
        key = kms.create_key(origin="EXTERNAL")
        in_("crypto.wrapping", "service.operations.imports")
        key.import_material(secret(4))

    def test_import_is_served(kms):
        key = kms.create_key(origin="EXTERNAL")
        in_("service.operations.imports")
        key.import_material(secret(4))

    def test_mac(kms):
        key = kms.create_key(spec="HMAC_256", material=secret(4))
        in_("crypto.mac")
        kms.client().generate_mac(
            KeyId=key.arn, Message=secret(), MacAlgorithm="HMAC_SHA_256"
        )

    def test_sign(kms):
        key = kms.create_key(spec="ECC_NIST_P256", usage="SIGN_VERIFY", material=private_key())
        in_("crypto.ecc")
        key.sign(secret())

    def test_derive(kms):
        key = kms.create_key(spec="ECC_NIST_P256", usage="KEY_AGREEMENT", material=private_key())
        in_("crypto.ecc", "service.operations.agreement")
        kms.client().derive_shared_secret(
            KeyId=key.arn, KeyAgreementAlgorithm="ECDH", PublicKey=key.public_key.public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )

    def test_cluster(kms):
        in_("handles.clusters", "doors.author")
        kms.cloudhsm_cluster(password=secret().decode())

    def test_wrong_password(kms):
        kms.cloudhsm_cluster(password=secret())

    def test_password(kms):
        cluster = kms.cloudhsm_cluster()
        in_("doors.author")
        cluster.password = secret().decode()

    def test_key_store(kms):
        cluster = kms.cloudhsm_cluster(password=secret(2).decode())
        in_("service.operations.key_stores.clusters")
        kms.client().create_custom_key_store(CustomKeyStoreName="hsm", **cluster.parameters)

    def test_credential(kms):
        proxy = kms.xks_proxy()
        in_("doors.author")
        proxy.secret_access_key = secret(8).decode()

    def test_wrong_credential(kms):
        kms.xks_proxy().secret_access_key = secret()

    def test_recipient(kms):
        key, enclave = kms.create_key(), kms.enclave()
        answer = kms.client().decrypt(
            CiphertextBlob=key.encrypt(secret()), Recipient=enclave.recipient()
        )
        in_("crypto.cms")
        enclave.open(answer)

    @pytest.fixture
    def bug(monkeypatch):
        monkeypatch.setattr(encryption, "seal", lambda *args: 1 / 0)

    def test_bug(kms, bug):
        kms.create_key().encrypt(secret())

    def test_bug_and_client(kms, bug):
        kms.client().encrypt(KeyId=kms.create_key().arn, Plaintext=secret())

    def test_matcher(kms):
        kms.client().encrypt(KeyId=kms.create_key().arn, Plaintext=secret())
        kms.calls.assert_called("Encrypt", Plaintext=secret(2))

    def test_never_sent(kms):
        kms.client().encrypt(KeyId=5, Plaintext=secret())

    def test_from_another(kms):
        key = kms.create_key()
        in_("crypto.ciphertext")
        try:
            key.encrypt(secret())
        except BaseException as error:
            raise ValueError("could not save") from error

    def test_after_another(kms):
        key = kms.create_key()
        in_("crypto.ciphertext")
        try:
            key.encrypt(secret())
        finally:
            raise ValueError("could not save")

    def test_group(kms):
        key = kms.create_key()
        in_("crypto.ciphertext")
        try:
            key.encrypt(secret())
        except BaseException as error:
            raise BaseExceptionGroup("several", [error])

    def test_task(kms):
        async def work():
            key = kms.create_key()
            in_("crypto.ciphertext")
            key.encrypt(secret())

        asyncio.run(work())

    @mock_kms
    def test_decorated():
        with mock_kms() as kms:
            key = kms.create_key()
            in_("crypto.ciphertext")
            key.encrypt(secret())

    class TestCase(unittest.TestCase):
        def test_encrypt(self):
            with mock_kms() as kms:
                key = kms.create_key()
                in_("crypto.ciphertext")
                key.encrypt(secret())

        def test_refused(self):
            with mock_kms() as kms:
                kms.client().encrypt(KeyId="alias/none", Plaintext=secret())

    @pytest.fixture
    def encrypting(kms):
        key = kms.create_key()
        in_("crypto.ciphertext")
        key.encrypt(secret())

    def test_set_up(encrypting): pass

    @pytest.fixture
    def encrypting_at_the_end(kms):
        yield
        key = kms.create_key()
        in_("crypto.ciphertext")
        key.encrypt(secret())

    def test_tear_down(encrypting_at_the_end): pass
"""
FAILING = len(re.findall(r"\n +def test_", SOURCE))

# Pytest takes long to show all of them.
FEW = "by_a_client or import_is_served or create_pair or key_store or TestCase or set_up"


def entries(text: str) -> Iterator[tuple[str, str]]:
    """Yield the entries of tracebacks, each with the file that it is of."""
    for part in re.split(r"^_[_ ].*\n", text, flags=re.MULTILINE):
        begin = 0
        for where in re.finditer(r"^(\S+):\d+: ?(in .*|\w*)$", part, flags=re.MULTILINE):
            yield where[1], part[begin : where.end()]
            begin = where.end()
        yield "", part[begin:]


def check(text: str) -> set[str]:
    """Check that *text* has no secret, but for frames of botocore's; return the files in it."""
    files = set()
    for file, entry in entries(text):
        files.add(file)
        if "/botocore/" not in file:
            assert SECRET not in entry
            assert IN_BASE64 not in entry
        # What is around the test has nothing to hide, and can be still running.
        if ("pytest_kmsmock/" in file and "/plugin/" not in file) or "<attrs" in file:
            assert not re.search(r"^\w+ += ", entry, flags=re.MULTILINE)
    return files


@pytest.mark.parametrize(
    "options",
    [
        ["-l"],
        ["-l", "--tb=short"],
        ["-l", "--tb=native"],
        ["-l", "--tb=long", "-vvv", "--junitxml=report.xml"],
    ],
    ids=" ".join,
)
def test_no_report_shows_a_secret(run: Run, pytester: pytest.Pytester, options: list[str]) -> None:
    """Whatever pytest is asked to show, and wherever a test fails."""
    result = run(SOURCE, *options)

    outcomes = result.parseoutcomes()
    assert outcomes["failed"] + outcomes["errors"] == FAILING
    report = pytester.path / "report.xml"
    text = result.stdout.str() + (report.read_text(encoding="utf-8") if report.exists() else "")
    files = check(text)
    assert not any("/botocore/" in file for file in files)
    assert "--tb=native" in options or any("pytest_kmsmock/crypto/" in file for file in files)


def test_with_full_trace_the_frames_of_the_plugin_show_no_secret(run: Run) -> None:
    """Nor do the libraries' beneath them; those of botocore are shown as they are."""
    files = check(run(SOURCE, "-l", "--full-trace", "-k", FEW).stdout.str())

    for part in ("pytest_kmsmock/crypto/", "pytest_kmsmock/handles/", "/botocore/"):
        assert any(part in file for file in files)


def test_an_interrupted_run_shows_no_secret(run: Run) -> None:
    """With --full-trace pytest shows where it was."""
    source = (
        SOURCE
        + """
    # Of a name of its own, or this run would be interrupted too.
    class OwnKeyboardInterrupt(KeyboardInterrupt): pass

    def interrupt(_):
        raise OwnKeyboardInterrupt

    def test_interrupted(kms, monkeypatch):
        monkeypatch.setattr(pytest, "fail", interrupt)
        test_encrypt(kms)
    """
    )

    result = run(source, "-l", "--full-trace", "-k", "interrupted")

    text = result.stdout.str()
    assert "KeyboardInterrupt" in text
    files = check(text)
    assert any("pytest_kmsmock/crypto/" in file for file in files)


def test_an_interrupted_import_shows_no_secret(run: Run) -> None:
    source = (
        SOURCE
        + """
    class OwnKeyboardInterrupt(KeyboardInterrupt): pass

    def interrupt(_):
        raise OwnKeyboardInterrupt

    with mock_kms() as mock, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(pytest, "fail", interrupt)
        test_encrypt(mock)
    """
    )

    text = run(source, "-l", "--full-trace").stdout.str()

    assert "KeyboardInterrupt" in text
    files = check(text)
    assert any("pytest_kmsmock/crypto/" in file for file in files)


def test_a_call_that_the_guard_refuses_shows_no_secret(run: Run) -> None:
    """Without a mock, too, the traceback ends at the application's line."""
    source = """
    def test_it():
        client().encrypt(KeyId="alias/app", Plaintext="hunter" + "2")
    """

    result = run(source, "-l", ini="kms_guard = true\nkms_region = us-east-1")

    result.assert_outcomes(failed=1)
    files = check(result.stdout.str())
    assert not any("/botocore/" in file for file in files)


def test_an_import_that_fails_shows_no_secret(run: Run) -> None:
    """A module can have a mock, as while it makes what its tests are parametrized with."""
    source = (
        SOURCE
        + """
    with mock_kms() as mock:
        test_encrypt(mock)
    """
    )

    result = run(source, "-l")

    result.assert_outcomes(errors=1)
    files = check(result.stdout.str())
    assert any("pytest_kmsmock/crypto/" in file for file in files)


def test_an_error_of_pytest_s_own_shows_no_secret(run: Run) -> None:
    """As one of a plugin's hook that asks the mock."""
    source = (
        SOURCE
        + """
    class Plugin:
        def pytest_runtest_logfinish(self):
            with mock_kms() as mock:
                test_encrypt(mock)

    def test_last(pytestconfig):
        pytestconfig.pluginmanager.register(Plugin())
    """
    )

    result = run(source, "-l", "--full-trace", "-k", "test_last")

    text = result.stdout.str()
    assert "INTERNALERROR" in text
    files = check(text.replace("INTERNALERROR> ", ""))
    assert any("pytest_kmsmock/crypto/" in file for file in files)


def refused(kms: KmsMock) -> pytest.ExceptionInfo[Exception]:
    with pytest.raises(ClientError) as caught:
        kms.client().describe_key(KeyId="alias/none")
    return caught


def test_each_error_of_a_chain_ends_at_the_applications_line(kms: KmsMock) -> None:
    """Also where they have passed the same modules; those of other errors are shown."""
    errors = first, second, _ = refused(kms), refused(kms), refused(kms)
    second.value.__cause__ = first.value

    with for_report([second.value], is_mocked=True):
        hidden = [each.traceback[-1].ishidden(each) for each in errors]

    assert hidden == [True, True, False]


def test_modules_are_left_as_they_were(kms: KmsMock) -> None:
    """Some hide their frames anyway."""
    with pytest.raises(KmsMockError) as caught:
        kms.create_key(material=b"x")

    with for_report([caught.value, refused(kms).value], is_mocked=True):
        pass

    assert keys.__tracebackhide__ is True
    assert not hasattr(botocore.client, "__tracebackhide__")

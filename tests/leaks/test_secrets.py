"""`kms.secrets.assert_absent_from`."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from pytest_kmsmock import KmsMock, KmsMockError

SECRET = "correct horse battery"


@pytest.fixture
def kms(kms: KmsMock) -> KmsMock:
    """A mock whose application has encrypted a secret."""
    kms.create_key("alias/app")
    kms.client().encrypt(KeyId="alias/app", Plaintext=SECRET)
    return kms


def leak(kms: KmsMock, where: object, **options: object) -> str:
    """Return what is said of a secret in *where*."""
    with pytest.raises(AssertionError) as caught:
        kms.secrets.assert_absent_from(where, **options)  # type: ignore[arg-type]
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_a_failure_names_the_call_and_the_place_and_never_the_secret(kms: KmsMock) -> None:
    encoded = base64.b64encode(SECRET.encode()).decode()

    said = leak(kms, f"one\ntwo {encoded}")

    lines = said.splitlines()
    assert lines[0] == "secrets of this test appear elsewhere:"
    assert "the Plaintext that Encrypt was given at" in lines[1]
    assert "test_secrets.py:" in lines[1]
    assert lines[1].endswith(": in the text, line 2, in base64")
    assert encoded not in said


def test_texts_bytes_files_and_folders_are_searched(kms: KmsMock, tmp_path: Path) -> None:
    file = tmp_path / "dump.json"
    file.write_text(json.dumps({"text": SECRET}))

    assert "in the bytes" in leak(kms, SECRET.encode())
    assert str(file) in leak(kms, file)
    assert str(file) in leak(kms, tmp_path)


def test_logs_are_searched_but_for_loggers_that_may(
    kms: KmsMock, caplog: pytest.LogCaptureFixture
) -> None:
    kms.secrets.assert_absent_from(caplog)
    logging.getLogger("app.vault").warning("got %r", SECRET)

    assert "in the log of app.vault" in leak(kms, caplog)
    assert "in the log of app.vault" in leak(kms, caplog, allow=["application"])
    kms.secrets.assert_absent_from(caplog, allow="app")


@pytest.mark.kms(transport="wire")
def test_of_botocores_own_log_it_is_said_that_it_prints_requests(
    kms: KmsMock, caplog: pytest.LogCaptureFixture
) -> None:
    """On the wire, as against AWS."""
    caplog.set_level(logging.DEBUG, "botocore")
    kms.client().encrypt(KeyId="alias/app", Plaintext=SECRET)

    said = leak(kms, caplog)

    assert "botocore's own log prints requests and responses at DEBUG" in said
    kms.secrets.assert_absent_from(caplog, allow=["botocore"])


def test_what_is_printed_is_searched_and_given_back(
    kms: KmsMock, capsys: pytest.CaptureFixture[str]
) -> None:
    print(SECRET)

    assert "in the captured stdout" in leak(kms, capsys)
    assert capsys.readouterr().out == f"{SECRET}\n"
    kms.secrets.assert_absent_from(capsys)


@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL"])
@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256"])
def test_a_private_key_is_found_in_whatever_form(kms: KmsMock, spec: str, form: str) -> None:
    client = kms.client()
    pair = client.generate_data_key_pair(KeyId="alias/app", KeyPairSpec=spec)
    private = serialization.load_der_private_key(pair["PrivateKeyPlaintext"], None)

    for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER):
        written = private.private_bytes(
            encoding,
            getattr(serialization.PrivateFormat, form),
            serialization.NoEncryption(),
        )
        assert "GenerateDataKeyPair returned" in leak(kms, written)
        assert "GenerateDataKeyPair returned" in leak(kms, json.dumps(written.decode("latin-1")))


def test_what_is_no_secret_is_none(kms: KmsMock) -> None:
    """Ciphertexts, public keys, IDs, and what the plugin itself prints."""
    client = kms.client()
    data_key = client.generate_data_key(KeyId="alias/app", KeySpec="AES_256")
    pair = client.generate_data_key_pair(KeyId="alias/app", KeyPairSpec="RSA_2048")
    public = serialization.load_der_public_key(pair["PublicKey"]).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    for each in (
        data_key["CiphertextBlob"],
        data_key["CiphertextBlob"].hex(),
        base64.b64encode(pair["PrivateKeyCiphertextBlob"]),
        pair["PublicKey"],
        public,
        repr(data_key["ResponseMetadata"]),
        repr([*kms.calls]),
        repr(kms.keys),
        data_key["Plaintext"][:24].hex(),
        SECRET[1:],
        SECRET.upper(),
    ):
        kms.secrets.assert_absent_from(each)


def test_of_many_some_are_told(kms: KmsMock) -> None:
    client = kms.client()
    values = [client.generate_random(NumberOfBytes=16)["Plaintext"].hex() for _ in range(12)]

    said = leak(kms, "\n".join(values))

    assert said.count("\n- ") == 10
    assert said.endswith("(2 more left out)")


@pytest.mark.parametrize("allow", [7, [7], [""]])
def test_what_are_no_loggers_is_refused(kms: KmsMock, allow: object) -> None:
    with pytest.raises(KmsMockError, match="are no names of loggers"):
        kms.secrets.assert_absent_from("text", allow=allow)  # type: ignore[arg-type]


def test_secrets_do_not_show_themselves(kms: KmsMock) -> None:
    assert repr(kms.secrets).startswith("<Secrets of <mock of KMS")

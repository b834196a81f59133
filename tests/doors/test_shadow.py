"""The shadow: where another KMS answers otherwise."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import servers
from botocore.session import Session

from pytest_kmsmock import KmsMock, mock_kms

NOBODY = "00000000-0000-4000-8000-000000000000"
CREDENTIALS: dict[str, Any] = {
    "region_name": "us-east-1",
    "aws_access_key_id": "AKIAEXAMPLE",
    "aws_secret_access_key": "example",
}


def client_at(url: str) -> Any:
    return Session().create_client("kms", endpoint_url=url, **CREDENTIALS)


def notes(kms: KmsMock) -> list[str]:
    """Take what the shadow has found, without the line of the application."""
    found = kms._backend.notes.copy()
    kms._backend.notes.clear()
    return [f"{note.partition(' (')[0]}: {note.partition('): ')[2]}" for note in found]


@pytest.fixture
def shadowed() -> Iterator[KmsMock]:
    with mock_kms(shadow=True) as kms:
        yield kms


def test_two_that_agree(shadowed: KmsMock) -> None:
    """Each has keys, ciphertexts, grants and an account of its own."""
    with servers.kms_server() as (url, asked):
        client = client_at(url)
        key = client.create_key(Description="x")["KeyMetadata"]["Arn"]
        client.create_alias(AliasName="alias/app", TargetKeyId=key)
        blob = client.encrypt(KeyId="alias/app", Plaintext=b"x")["CiphertextBlob"]
        assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
        client.describe_key(KeyId=key)
        grant = client.create_grant(
            KeyId=key,
            GranteePrincipal="arn:aws:iam::123456789012:role/app",
            Operations=["Decrypt"],
        )
        client.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
        client.disable_key(KeyId=key)
        with pytest.raises(client.exceptions.DisabledException):
            client.encrypt(KeyId=key, Plaintext=b"x")
        with pytest.raises(client.exceptions.NotFoundException):
            client.describe_key(KeyId="alias/nobody")

    assert len(asked) == len(shadowed.calls) == 10
    assert notes(shadowed) == []


def test_the_application_gets_the_answer_of_the_mock(shadowed: KmsMock) -> None:
    with servers.kms_server() as (url, _):
        arn = client_at(url).create_key()["KeyMetadata"]["Arn"]

    assert shadowed.key(arn).state == "Enabled"


def test_another_code(shadowed: KmsMock) -> None:
    def change(operation: str, status: int, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return 400, {"__type": "ThrottlingException", "message": "Rate exceeded"}

    with servers.kms_server(change) as (url, _):
        client_at(url).list_keys()

    assert notes(shadowed) == [
        "ListKeys: code: an answer here, ThrottlingException there (Rate exceeded)"
    ]


def test_another_text(shadowed: KmsMock) -> None:
    def change(operation: str, status: int, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return status, {**body, "message": "no such key"}

    with servers.kms_server(change) as (url, _):
        client = client_at(url)
        with pytest.raises(client.exceptions.NotFoundException):
            client.describe_key(KeyId="nope")

    assert notes(shadowed) == [
        "DescribeKey: text: \"Invalid keyId 'nope'\" here, 'no such key' there"
    ]


def test_other_members_and_values(shadowed: KmsMock) -> None:
    def change(operation: str, status: int, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        metadata = body["KeyMetadata"]
        metadata.pop("Origin")
        return status, {"KeyMetadata": {**metadata, "Enabled": False, "CloudHsmClusterId": "c"}}

    with servers.kms_server(change) as (url, _):
        client_at(url).create_key()

    assert sorted(notes(shadowed)) == [
        "CreateKey: member: KeyMetadata.CloudHsmClusterId is not here, and there",
        "CreateKey: member: KeyMetadata.Origin is here, and not there",
        "CreateKey: text: KeyMetadata.Enabled is True here, False there",
    ]


def test_a_key_that_only_the_mock_has_is_not_asked_for(shadowed: KmsMock) -> None:
    key = shadowed.create_key()
    blob = key.encrypt(b"x")
    with servers.kms_server() as (url, asked):
        client_at(url).describe_key(KeyId=key.id)
        client_at(url).decrypt(CiphertextBlob=blob)

    assert asked == []
    said = f"not sent, since the endpoint does not know {key.arn}"
    assert notes(shadowed) == [f"DescribeKey: {said}", f"Decrypt: {said}"]


def test_what_only_one_of_them_can_open_is_no_difference(shadowed: KmsMock) -> None:
    """Imported material, ciphertexts and signatures are made for the keys of the one."""
    with servers.kms_server() as (url, asked):
        client = client_at(url)
        awaiting = client.create_key(Origin="EXTERNAL")["KeyMetadata"]["Arn"]
        shadowed.key(awaiting).import_material(b"m" * 32)
        arn = client.create_key()["KeyMetadata"]["Arn"]
        client.decrypt(CiphertextBlob=shadowed.key(arn).encrypt(b"x"))
        client.decrypt(CiphertextBlob=shadowed.create_key(key_id=NOBODY).encrypt(b"x"))
        with pytest.raises(client.exceptions.InvalidCiphertextException):
            client.decrypt(CiphertextBlob=b"of neither")
        parameters = client.get_parameters_for_import(
            KeyId=awaiting, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
        )
        with pytest.raises(client.exceptions.InvalidCiphertextException):
            client.import_key_material(
                KeyId=awaiting,
                ImportToken=parameters["ImportToken"],
                EncryptedKeyMaterial=b"x" * 256,
                ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
            )
        client.describe_key(KeyId=awaiting)

    assert notes(shadowed) == [
        "Decrypt: not compared, since the endpoint has not made its CiphertextBlob",
        f"Decrypt: not sent, since the endpoint does not know {shadowed.key(NOBODY).arn}",
        "ImportKeyMaterial: not sent, since its material is wrapped for the mock alone",
        f"DescribeKey: not sent, since the endpoint does not know {awaiting}",
    ]
    assert "ImportKeyMaterial" not in asked


def test_plaintext_is_never_told(shadowed: KmsMock) -> None:
    def change(operation: str, status: int, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return status, {**body, "Plaintext": base64.b64encode(b"hunter3").decode()}

    with servers.kms_server(change) as (url, _):
        client_at(url).generate_random(NumberOfBytes=7)

    assert notes(shadowed) == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9"])
def test_an_endpoint_that_is_not_there_fails_no_test(shadowed: KmsMock, url: str) -> None:
    client_at(url).list_keys()

    [note] = notes(shadowed)
    assert note.startswith("ListKeys: not sent: EndpointConnectionError")


def test_beside_moto_nothing_is_sent(shadowed: KmsMock) -> None:
    """It would not be moto that answers, but AWS."""
    moto = pytest.importorskip("moto")
    with moto.mock_aws(), servers.kms_server() as (url, asked):
        client_at(url).list_keys()

    assert asked == []
    assert notes(shadowed) == ["ListKeys: not sent, since moto is active in this process"]


def test_a_body_that_is_no_json(shadowed: KmsMock) -> None:
    """A handler of the application's has made it so."""
    with servers.kms_server() as (url, asked):
        client = client_at(url)
        client.meta.events.register(
            "before-call.kms", lambda params, **_: params.update(body=b"{"), unique_id="x"
        )
        client.meta.events.register_first(
            "before-call.kms.ListKeys", lambda params, **_: params.update(body=b"{")
        )
        with pytest.raises(client.exceptions.ClientError):
            client.list_keys()

    assert asked == []
    assert notes(shadowed)[0].startswith("ListKeys: not sent: JSONDecodeError")


def test_motos_server(shadowed: KmsMock) -> None:
    """Another KMS of another make."""
    pytest.importorskip("flask")
    from moto.server import ThreadedMotoServer

    server: Any = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        client = client_at(f"http://127.0.0.1:{server._server.server_port}")
        key = client.create_key()["KeyMetadata"]["KeyId"]
        client.encrypt(KeyId=key, Plaintext=b"x")
    finally:
        server.stop()

    assert all(": member: " in note or ": text: " in note for note in notes(shadowed))
    assert len(shadowed.calls) == 2

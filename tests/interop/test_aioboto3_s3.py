"""The client-side encryption of aioboto3, as it is; S3 itself is moto's server."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import Key, KmsMock

boto3 = pytest.importorskip("boto3")
cse = pytest.importorskip("aioboto3.s3.cse", exc_type=ImportError)
# Clients of aiobotocore send for real: moto alone answers those of botocore.
server = pytest.importorskip("moto.server", exc_type=ImportError)

PLACE = {"Bucket": "reports", "Key": "2026.pdf"}
BODY = bytes(range(256)) * 10
ACCESS = {
    "region_name": "us-east-1",
    "aws_access_key_id": "testing",
    "aws_secret_access_key": "testing",
}


@pytest.fixture(scope="module")
def s3_args() -> Iterator[dict[str, str]]:
    """What a client of S3 is told, to find the bucket."""
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    try:
        host, port = running.get_host_and_port()
        yield {**ACCESS, "endpoint_url": f"http://{host}:{port}"}
    finally:
        running.stop()


@pytest.fixture(scope="module")
def plain(s3_args: dict[str, str]) -> Any:
    """A client of S3 that knows nothing of encryption, with a bucket."""
    s3 = boto3.client("s3", **s3_args)
    s3.create_bucket(Bucket="reports")
    return s3


@pytest.fixture
def key(kms: KmsMock) -> Key:
    return kms.create_key(alias="alias/reports")


class Encrypting:
    """Puts and gets by aioboto3, in a loop of its own each time."""

    def __init__(self, s3_args: dict[str, str], **context: Any) -> None:
        self._s3_args = s3_args
        self._context = {"kms_client_args": ACCESS, **context}

    def put(self, body: bytes) -> None:
        """Put *body*, encrypted under a data key of the key's."""

        async def put() -> None:
            async with self._client() as client:
                await client.put_object(**PLACE, Body=body)

        asyncio.run(put())

    def get(self, **params: str) -> bytes:
        """Get the object, decrypted."""

        async def get() -> bytes:
            async with self._client() as client:
                answer = await client.get_object(**PLACE, **params)
                body: bytes = await answer["Body"].read()
                return body

        return asyncio.run(get())

    def _client(self) -> Any:
        return cse.S3CSE(cse.KMSCryptoContext(**self._context), s3_client_args=self._s3_args)


@pytest.mark.parametrize("authenticated", [True, False])
def test_an_object_is_encrypted_and_decrypted(
    kms: KmsMock, plain: Any, s3_args: dict[str, str], key: Key, authenticated: bool
) -> None:
    """AES-GCM or AES-CBC: KMS is asked the same, with the key in the encryption context."""
    client = Encrypting(s3_args, keyid="alias/reports", authenticated_encryption=authenticated)

    client.put(BODY)

    assert client.get() == BODY
    assert BODY[:64] not in plain.get_object(**PLACE)["Body"].read()
    context = {"kms_cmk_id": "alias/reports"}
    kms.calls.assert_called_once("GenerateDataKey", key=key, EncryptionContext=context)
    kms.calls.assert_called_once("Decrypt", key=key, EncryptionContext=context)


def test_who_reads_needs_no_name_of_a_key(
    kms: KmsMock, plain: Any, s3_args: dict[str, str], key: Key
) -> None:
    """The ciphertext names its key, and the object's metadata the encryption context."""
    Encrypting(s3_args, keyid=key.arn).put(BODY)

    assert Encrypting(s3_args).get() == BODY

    metadata = plain.head_object(**PLACE)["Metadata"]
    wrapped = base64.b64decode(metadata["x-amz-key-v2"])
    assert len(key.decrypt(wrapped, context=json.loads(metadata["x-amz-matdesc"]))) == 32


def test_a_range_is_decrypted(plain: Any, s3_args: dict[str, str], key: Key) -> None:
    """Who gets a part of an object needs its data key."""
    client = Encrypting(s3_args, keyid=key.arn)
    client.put(BODY)

    # The end of a range, which S3 includes, the library does not.
    assert client.get(Range="bytes=20-99")[:79] == BODY[20:99]


def test_an_object_of_a_disabled_key_stays_closed(
    plain: Any, s3_args: dict[str, str], key: Key
) -> None:
    """What KMS refuses comes through, to who writes and to who reads."""
    client = Encrypting(s3_args, keyid=key.arn)
    client.put(BODY)
    key.disable()

    with pytest.raises(ClientError, match="DisabledException"):
        client.get()
    with pytest.raises(ClientError, match="DisabledException"):
        client.put(os.urandom(16))


def test_throttling_is_retried(kms: KmsMock, plain: Any, s3_args: dict[str, str], key: Key) -> None:
    """Its client of KMS is aiobotocore's, which retries."""
    kms.throttle("GenerateDataKey", times=2)

    Encrypting(s3_args, keyid=key.arn).put(BODY)

    [call] = kms.calls("GenerateDataKey")
    assert call.retries == 2

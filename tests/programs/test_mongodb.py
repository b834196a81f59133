"""Client-side field level encryption of MongoDB, whose library speaks HTTP and TLS by itself."""

from __future__ import annotations

import importlib
import os
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_kmsmock import KmsMock

pytestmark = pytest.mark.extra("endpoint")

if not os.environ.get("KMSMOCK_PROGRAMS"):
    pytest.importorskip("pymongocrypt")
    pytest.importorskip("bson")

Base: Any = importlib.import_module("pymongocrypt.synchronous.state_machine").MongoCryptCallback


class Callback(Base):  # type: ignore[misc]  # its package may be absent
    """What pymongo does for the library, without a database: it sends, and keeps data keys."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust
        self.keys: list[bytes] = []

    def kms_request(self, context: Any) -> None:
        host, port = context.endpoint.split(":")
        with (
            socket.create_connection((host, int(port))) as plain,
            self._trust.wrap_socket(plain, server_hostname=host) as connection,
        ):
            connection.sendall(context.message)
            while context.bytes_needed > 0:
                context.feed(connection.recv(context.bytes_needed))

    def fetch_keys(self, filter: bytes) -> Iterator[bytes]:
        yield from self.keys

    def insert_data_key(self, data_key: bytes) -> bytes:
        import bson

        self.keys.append(bytes(data_key))
        key_id: bytes = bson.decode(bytes(data_key))["_id"]
        return key_id

    def bson_encode(self, document: Any) -> bytes:
        import bson

        return bytes(bson.encode(document))

    def collection_info(self, database: str, filter: bytes) -> bytes:
        raise NotImplementedError("there is no database")

    def mark_command(self, database: str, command: bytes) -> bytes:
        raise NotImplementedError("there is no database")

    def close(self) -> None:
        """Have nothing to close."""


def test_a_data_key_is_made_and_used(kms: KmsMock) -> None:
    """The master key is one of the test's."""
    import bson
    from pymongocrypt.explicit_encrypter import ExplicitEncrypter
    from pymongocrypt.mongocrypt import MongoCryptOptions

    key = kms.create_key()
    with kms.serve(tls=True) as endpoint:
        env = endpoint.env
        own = {
            "accessKeyId": env["AWS_ACCESS_KEY_ID"],
            "secretAccessKey": env["AWS_SECRET_ACCESS_KEY"],
        }
        callback = Callback(ssl.create_default_context(cafile=env["SSL_CERT_FILE"]))
        master = {
            "region": "us-east-1",
            "key": key.arn,
            "endpoint": endpoint.url.removeprefix("https://"),
        }
        maker = ExplicitEncrypter(callback, MongoCryptOptions({"aws": own}))
        key_id = maker.create_data_key("aws", master_key=master)
        value = bson.encode({"v": "secret"})
        sealed = maker.encrypt(
            value, "AEAD_AES_256_CBC_HMAC_SHA_512-Random", key_id=bson.Binary(key_id, 4)
        )
        # Another client, which has to ask for the data key.
        reader = ExplicitEncrypter(callback, MongoCryptOptions({"aws": own}))
        opened = reader.decrypt(sealed)

    assert bson.decode(opened) == {"v": "secret"}
    assert kms.calls.operations[0] == "Encrypt"
    assert "Decrypt" in kms.calls.operations

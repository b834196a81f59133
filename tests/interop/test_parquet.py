"""Parquet's modular encryption, from pyarrow, whose keys are wrapped by KMS."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock

boto3 = pytest.importorskip("boto3")
pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
# Some builds of pyarrow come without it.
encryption = pytest.importorskip("pyarrow.parquet.encryption", exc_type=ImportError)

KmsClient: Any = encryption.KmsClient

COLUMNS = {"customer": ["Ann", "Bob"], "card": ["4000-1234", "4000-5678"], "country": ["at", "be"]}


# pyarrow has no types.
class AwsKms(KmsClient):  # type: ignore[misc]
    """What pyarrow's users write: wrapping a key is one call, and so is unwrapping it."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self._client = boto3.client("kms", region_name=config.kms_instance_id)
        self._context = config.custom_kms_conf

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> bytes:
        """Encrypt *key_bytes*; pyarrow wants text."""
        sealed = self._client.encrypt(
            KeyId=master_key_identifier, Plaintext=key_bytes, EncryptionContext=self._context
        )
        return base64.b64encode(sealed["CiphertextBlob"])

    def unwrap_key(self, wrapped_key: bytes, master_key_identifier: str) -> bytes:
        """Decrypt *wrapped_key*, by the master key that the file names."""
        opened: bytes = self._client.decrypt(
            KeyId=master_key_identifier,
            CiphertextBlob=base64.b64decode(wrapped_key),
            EncryptionContext=self._context,
        )["Plaintext"]
        return opened


class Files:
    """Writes and reads one file, with the keys that a test names."""

    def __init__(self, path: Path, region: str = "us-east-1", **context: str) -> None:
        self.path = path
        self._factory = encryption.CryptoFactory(AwsKms)
        self._connection = encryption.KmsConnectionConfig(
            kms_instance_id=region, custom_kms_conf=context
        )

    def write(self, **configuration: Any) -> None:
        """Write the columns, encrypted as *configuration* says."""
        table = pyarrow.table(COLUMNS)
        properties = self._factory.file_encryption_properties(
            self._connection,
            encryption.EncryptionConfiguration(**configuration),
            # Where the wrapped keys are kept beside the file.
            parquet_file_path=self.path,
        )
        with parquet.ParquetWriter(
            self.path, table.schema, encryption_properties=properties
        ) as writer:
            writer.write_table(table)

    def read(self, columns: list[str] | None = None) -> dict[str, list[str]]:
        """Read *columns*, or all of them."""
        properties = self._factory.file_decryption_properties(
            self._connection, parquet_file_path=self.path
        )
        file = parquet.ParquetFile(self.path, decryption_properties=properties)
        table: dict[str, list[str]] = file.read(columns=columns).to_pydict()
        return table


def test_a_file_is_written_and_read(kms: KmsMock, tmp_path: Path) -> None:
    """The keys of footer and columns are wrapped under the master keys that the file names."""
    kms.create_key(alias="alias/footer")
    kms.create_key(alias="alias/cards")
    path = tmp_path / "orders.parquet"
    keys = {"footer_key": "alias/footer", "column_keys": {"alias/cards": ["card", "customer"]}}

    Files(path, table="orders").write(**keys)

    assert b"4000" not in path.read_bytes()
    with pytest.raises(OSError, match="encrypted"):
        parquet.read_table(path)
    assert Files(path, table="orders").read() == COLUMNS
    kms.calls.assert_context("table")
    kms.calls.assert_called("Decrypt", times=2, EncryptionContext={"table": "orders"})
    kms.calls("Decrypt").assert_keys_used("alias/footer", "alias/cards")


def test_double_wrapping_needs_one_call_for_each_master_key(kms: KmsMock, tmp_path: Path) -> None:
    """A key encryption key of 16 bytes goes to KMS; without double wrapping each data key does."""
    kms.create_key(alias="alias/app")
    keys = {"footer_key": "alias/app", "column_keys": {"alias/app": ["card", "customer"]}}

    Files(tmp_path / "double.parquet").write(**keys)
    kms.calls.assert_called_once("Encrypt")

    kms.calls.clear()
    Files(tmp_path / "single.parquet").write(**keys, double_wrapping=False)
    kms.calls.assert_called("Encrypt", times=3)
    assert {len(call.params["Plaintext"]) for call in kms.calls} == {16}


def test_a_disabled_key_closes_its_columns_and_no_others(kms: KmsMock, tmp_path: Path) -> None:
    """Only the keys of the columns that are read are unwrapped; what KMS refuses comes through."""
    kms.create_key(alias="alias/footer")
    cards = kms.create_key(alias="alias/cards")
    file = Files(tmp_path / "orders.parquet")
    file.write(footer_key="alias/footer", column_keys={"alias/cards": ["card"]})
    cards.disable()
    # pyarrow caches what it has unwrapped: another program starts without.
    other = Files(tmp_path / "orders.parquet")

    with pytest.raises(ClientError, match="DisabledException"):
        other.read()

    assert other.read(["country", "customer"]) == {
        name: COLUMNS[name] for name in ("customer", "country")
    }


def test_another_context_opens_nothing(kms: KmsMock, tmp_path: Path) -> None:
    """What KMS was told of the file is part of what it sealed."""
    kms.create_key(alias="alias/app")
    path = tmp_path / "orders.parquet"
    Files(path, table="orders").write(footer_key="alias/app", uniform_encryption=True)

    with pytest.raises(ClientError, match="InvalidCiphertextException"):
        Files(path, table="customers").read()


def test_keys_beside_the_file_are_what_kms_has_wrapped(kms: KmsMock, tmp_path: Path) -> None:
    """With external key material the file stays as it is when master keys change."""
    key = kms.create_key(alias="alias/app")
    path = tmp_path / "orders.parquet"

    Files(path).write(
        footer_key="alias/app",
        uniform_encryption=True,
        internal_key_material=False,
        double_wrapping=False,
    )

    assert Files(path).read() == COLUMNS
    [beside] = [found for found in tmp_path.iterdir() if found != path]
    [material] = json.loads(beside.read_text(encoding="utf-8")).values()
    described = material if isinstance(material, dict) else json.loads(material)
    assert described["masterKeyID"] == "alias/app"
    assert len(key.decrypt(base64.b64decode(described["wrappedDEK"]), context={})) == 16

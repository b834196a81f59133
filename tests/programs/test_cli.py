"""The AWS CLI."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from pytest_kmsmock import KmsMock

pytestmark = pytest.mark.extra("endpoint")


@pytest.fixture
def secret(tmp_path: Path) -> str:
    """A file, which all versions of the CLI read as it is."""
    (tmp_path / "secret").write_bytes(b"secret")
    return f"fileb://{tmp_path / 'secret'}"


def test_what_the_cli_encrypts_a_test_decrypts(kms: KmsMock, aws: Any, secret: str) -> None:
    key = kms.create_key(alias="alias/app")

    done = aws("encrypt", "--key-id", "alias/app", "--plaintext", secret)

    answer = json.loads(done.stdout)
    assert answer["KeyId"] == key.arn
    assert key.decrypt(base64.b64decode(answer["CiphertextBlob"])) == b"secret"
    assert kms.calls[0].source.startswith("aws-cli/")


def test_the_cli_tells_what_kms_says(kms: KmsMock, aws: Any, secret: str) -> None:
    """And tries again where it should."""
    key = kms.create_key(state="Disabled")
    kms.throttle("Encrypt")

    done = aws("encrypt", "--key-id", key.id, "--plaintext", secret)

    assert done.returncode != 0
    assert f"{key.arn} is disabled." in done.stderr
    assert [call.retries for call in kms.calls] == [1]


def test_pages_and_regions(kms: KmsMock, aws: Any) -> None:
    for _ in range(3):
        kms.create_key(region="eu-west-1")

    done = aws("list-keys", "--page-size", "1", "--region", "eu-west-1")

    assert len(json.loads(done.stdout)["Keys"]) == 3
    assert [call.region for call in kms.calls] == ["eu-west-1"] * 3


def test_the_cli_is_a_principal(kms: KmsMock, aws: Any) -> None:
    reader = kms.principal("arn:aws:iam::123456789012:role/reader")

    done = aws("list-keys", env=reader.env)

    assert "AccessDeniedException" in done.stderr
    assert kms.calls[0].principal == reader.session_arn

"""What a run under this KMS tells of each test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_kmsmock.plugin.migration import watching

pytest.importorskip("moto")

SUITE = """
import boto3
import pytest
from moto import mock_aws

@pytest.fixture
def client():
    with mock_aws():
        yield boto3.client(
            "kms", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )

def test_refused(client):
    with pytest.raises(client.exceptions.NotFoundException):
        client.describe_key(KeyId="nope")

def test_begins_anew(client):
    client.create_key()
    assert len(client.list_keys()["Keys"]) == 1

def test_as_empty_as_before(client):
    assert client.list_keys()["Keys"] == []
"""


def told_by(path: Path, **environment: str) -> dict[str, dict[str, Any]]:
    """Run the suite; return what was told of the call phase of each test, by its name."""
    file = path / "told"
    suite = path / "test_suite.py"
    suite.write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", watching.__name__, str(suite)]
    environment = {**os.environ, watching.FILE: str(file), **environment}
    ran = subprocess.run(
        command, cwd=path, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout
    lines = map(json.loads, file.read_text().splitlines())
    return {line["test"].rpartition("::")[2]: line for line in lines if line["when"] == "call"}


def test_calls_that_are_refused_are_told_with_their_line(tmp_path: Path) -> None:
    told = told_by(tmp_path, **{watching.IS_MOCKED: "1"})

    assert {line["outcome"] for line in told.values()} == {"passed"}
    [refused] = told["test_refused"]["refused"]
    assert refused["source"].endswith("test_suite.py:15")
    assert refused["operation"] == "DescribeKey"
    assert refused["message"] == "Invalid keyId 'nope'"


def test_a_run_as_it_was_is_motos(tmp_path: Path) -> None:
    told = told_by(tmp_path)

    assert all(line["refused"] == [] for line in told.values())

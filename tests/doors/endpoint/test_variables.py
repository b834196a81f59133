"""Variables: all that a program of any language needs, and nothing of the machine's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_kmsmock import Endpoint, KmsMock
from pytest_kmsmock.doors.endpoint import variables

PROGRAM = """
import boto3
client = boto3.client("kms")
print(client.meta.endpoint_url, client.meta.region_name)
made = client.create_key()["KeyMetadata"]["KeyId"]
client.create_alias(AliasName="alias/theirs", TargetKeyId=made)
"""


def run(env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.kms(region="eu-north-1")
def test_a_program_finds_the_endpoint(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    printed = run({**os.environ, **kms_endpoint.env})

    assert printed == f"{kms_endpoint.url} eu-north-1\n"
    assert kms.key("alias/theirs").arn.startswith("arn:aws:kms:eu-north-1:")


@pytest.mark.kms(region="us-east-1")
def test_what_the_machine_has_is_no_matter(
    kms: KmsMock, kms_endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A profile, other credentials, a proxy, and settings by which the URL would be refused."""
    (tmp_path / "config").write_text("[profile work]\nregion = ap-south-1\n")
    for name, value in {
        "AWS_PROFILE": "work",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SESSION_TOKEN": "somebody's",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "NO_PROXY": "example.com",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    }.items():
        monkeypatch.setenv(name, value)

    printed = run({**os.environ, **kms_endpoint.env})

    assert printed == f"{kms_endpoint.url} us-east-1\n"
    assert kms_endpoint.env["NO_PROXY"] == "example.com,127.0.0.1,localhost"
    profiles = Path(kms_endpoint.env["AWS_CONFIG_FILE"])
    assert profiles.stat().st_mode & 0o77 == 0


def test_the_environment_of_this_process_stays(kms: KmsMock) -> None:
    before = dict(os.environ)

    with kms.serve(tls=True) as endpoint:
        assert len(endpoint.env) > 10
        assert dict(os.environ) == before

    assert dict(os.environ) == before


def test_credentials_are_new_each_time(kms: KmsMock) -> None:
    seen = set()
    for _ in range(3):
        with kms.serve() as endpoint:
            seen.add((endpoint.env["AWS_ACCESS_KEY_ID"], endpoint.env["AWS_SECRET_ACCESS_KEY"]))

    assert len({key for key, _ in seen}) == len({secret for _, secret in seen}) == 3


def test_what_was_put_can_be_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMSMOCK_ONE", "1")
    monkeypatch.delenv("KMSMOCK_TWO", raising=False)

    before = variables.put({"KMSMOCK_ONE": None, "KMSMOCK_TWO": "2"})
    assert "KMSMOCK_ONE" not in os.environ
    assert os.environ["KMSMOCK_TWO"] == "2"
    variables.put(before)

    assert os.environ["KMSMOCK_ONE"] == "1"
    assert "KMSMOCK_TWO" not in os.environ

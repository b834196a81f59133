"""The command `migrate`: where a suite of moto's fails under this KMS, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_kmsmock import KmsMockError
from pytest_kmsmock.plugin.migration.command import Outcome, Refusal, differences, main, read

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

def test_policy(client):
    client.create_key(Policy="my policy")

def test_disabled(client):
    key = client.create_key()["KeyMetadata"]["KeyId"]
    client.disable_key(KeyId=key)
    client.encrypt(KeyId=key, Plaintext=b"x")

def test_well(client):
    client.create_key()

def test_red_before():
    assert False
"""


def refusal(line: int, code: str = "DisabledException", message: str = "a is disabled.") -> Refusal:
    return Refusal(f"test_it.py:{line}", "Encrypt", code, message)


def failed(*refused: Refusal, error: str = "ClientError: (DisabledException)") -> Outcome:
    return Outcome(failed=True, error=error, refused=refused)


def test_each_place_is_told_with_what_to_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What failed before is nobody's business, and no file changes."""
    pytest.importorskip("moto")
    suite = tmp_path / "test_suite.py"
    suite.write_text(SUITE)

    assert main([str(suite)]) == 1

    printed = capsys.readouterr().out
    assert "test_suite.py:14  CreateKey, in " in printed
    assert "  MalformedPolicyDocumentException\n" in printed
    assert "test_suite.py:19  Encrypt, in " in printed
    assert "enable the key before" in printed
    assert "test_red_before" not in printed
    assert printed.endswith(
        "2 of 4 tests fail under this KMS and not under moto's, for 2 calls that AWS refuses.\n"
    )
    assert suite.read_text() == SUITE


def test_a_suite_without_tests_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(KmsMockError, match="pytest found no tests; it said:"):
        main([str(tmp_path)])
    with pytest.raises(KmsMockError, match="pytest did not run the suite; it said:"):
        main([str(tmp_path / "nowhere")])


def test_only_services_that_the_bridge_knows(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["tests", "--bridge", "s4"])

    assert "invalid choice: 's4'" in capsys.readouterr().err


def test_a_place_is_told_once() -> None:
    """However many tests come by; the message of the first names its key."""
    after = {
        "a": failed(refusal(9)),
        "b": failed(refusal(9, message="b is disabled.")),
        "c": failed(refusal(10), refusal(2)),
    }

    lines = differences(dict.fromkeys(after, Outcome()), after)

    assert [line for line in lines if line.startswith("test_it.py")] == [
        "test_it.py:2  Encrypt, in c",
        "test_it.py:9  Encrypt, in a and 1 more",
        "test_it.py:10  Encrypt, in c",
    ]


def test_a_refusal_that_a_test_expects_is_no_reason() -> None:
    expected = refusal(1, "NotFoundException", "no such key")

    lines = differences({"a": Outcome()}, {"a": failed(expected, refusal(2))})

    assert [line for line in lines if line.startswith("test_it.py")] == [
        "test_it.py:2  Encrypt, in a"
    ]


def test_a_test_that_fails_for_another_reason_is_told_too() -> None:
    lines = differences({"a": Outcome()}, {"a": failed(error="assert 1 == 2")})

    assert lines[:3] == ["Tests that fail although no call was refused:", "", "a"]
    assert "  assert 1 == 2" in lines


def test_where_all_is_well_it_says_so() -> None:
    well = {"a": Outcome(refused=(refusal(1),))}

    assert differences(well, well) == ["All 1 tests go as they did under moto's KMS."]


def test_a_test_fails_in_any_of_its_phases() -> None:
    def told(when: str, outcome: str, error: str = "") -> str:
        return json.dumps(
            {"test": "a", "when": when, "outcome": outcome, "error": error, "refused": []}
        )

    found = read(
        [told("setup", "passed"), told("call", "failed", "no"), told("teardown", "passed")]
    )

    assert (found["a"].failed, found["a"].error) == (True, "no")

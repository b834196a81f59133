"""
Prowler's checks of KMS, by its own command; what else it asks of AWS is moto's.

It keeps what it has found in modules, so there is one scan, of keys of all sorts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from pytest_kmsmock import Key, KmsMock

moto = pytest.importorskip("moto")
command = pytest.importorskip("prowler.__main__", exc_type=ImportError)

CHECKS: Final = {
    "used": "kms_cmk_are_used",
    "kept": "kms_cmk_not_deleted_unintentionally",
    "single": "kms_cmk_not_multi_region",
    "rotated": "kms_cmk_rotation_enabled",
    "private": "kms_key_not_publicly_accessible",
    "attested": "kms_key_enclave_attestation_not_enforced",
}
IMAGE: Final = "ab" * 48
ACCOUNT: Final = {"AWS": "arn:aws:iam::123456789012:root"}
ADMINISTRATION: Final = {
    "Effect": "Allow",
    "Principal": ACCOUNT,
    "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:PutKeyPolicy"],
    "Resource": "*",
}
FOR_ALL: Final = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
FOR_AN_IMAGE: Final = {
    "Effect": "Allow",
    "Principal": ACCOUNT,
    "Action": "kms:Decrypt",
    "Resource": "*",
    "Condition": {"StringEqualsIgnoreCase": {"kms:RecipientAttestation:ImageSha384": IMAGE}},
}

# How a key is made, and what each check says of it; of the others it says nothing.
KEYS: Final[Mapping[str, tuple[Mapping[str, Any], Mapping[str, str]]]] = {
    "plain": (
        {},
        {"used": "PASS", "kept": "PASS", "single": "PASS", "rotated": "FAIL", "private": "PASS"},
    ),
    "elsewhere": (
        {"region": "eu-west-1", "multi_region": True},
        {"used": "PASS", "kept": "PASS", "single": "FAIL", "rotated": "FAIL", "private": "PASS"},
    ),
    "signing": (
        {"spec": "RSA_2048", "usage": "SIGN_VERIFY"},
        {"used": "PASS", "kept": "PASS", "single": "PASS", "private": "PASS"},
    ),
    "public": (
        {"policy": {"Version": "2012-10-17", "Statement": [FOR_ALL]}},
        {"used": "PASS", "kept": "PASS", "single": "PASS", "rotated": "FAIL", "private": "FAIL"},
    ),
    "disabled": ({"state": "Disabled"}, {"used": "FAIL"}),
    "deleted": ({"state": "PendingDeletion"}, {"used": "PASS", "kept": "FAIL"}),
    "waiting": ({"origin": "EXTERNAL", "state": "PendingImport"}, {"used": "FAIL", "kept": "PASS"}),
    "enclave": (
        {"policy": {"Version": "2012-10-17", "Statement": [ADMINISTRATION, FOR_AN_IMAGE]}},
        {
            **{"used": "PASS", "kept": "PASS", "single": "PASS", "rotated": "FAIL"},
            **{"private": "PASS", "attested": "PASS"},
        },
    ),
    "open enclave": (
        {},
        {
            **{"used": "PASS", "kept": "PASS", "single": "PASS", "rotated": "FAIL"},
            **{"private": "PASS", "attested": "FAIL"},
        },
    ),
}


class Scan:
    """What was there, what was found, and what was called."""

    def __init__(self, kms: KmsMock) -> None:
        # By its description prowler tells that a key is an enclave's.
        self.keys = {
            name: kms.create_key(description=name, **how) for name, (how, _) in KEYS.items()
        }
        # A key of AWS's own comes into being when somebody names it.
        kms.client().describe_key(KeyId="alias/aws/s3")
        self.managed = kms.key("alias/aws/s3")
        self.calls = kms.calls
        self._found: list[Any] = []

    def run(self, folder: Path) -> None:
        """Write what is found into *folder*, and then mend what can be mended."""
        output = ["--output-formats", "json-ocsf", "--output-directory", str(folder)]
        with moto.mock_aws():
            _prowler(*output, "--ignore-exit-code-3")
            with pytest.raises(SystemExit) as ended:
                _prowler("--fixer")
        assert ended.value.code is None
        [file] = folder.glob("*.ocsf.json")
        self._found = json.loads(file.read_text(encoding="utf-8"))

    def said_of(self, key: Key) -> dict[str, str]:
        """Return what each check said of *key*."""
        names = {check: name for name, check in CHECKS.items()}
        return {
            names[finding["metadata"]["event_code"]]: finding["status_code"]
            for finding in self._found
            if finding["resources"][0]["uid"] == key.arn
        }


def _prowler(*arguments: str) -> None:
    """Run the command."""
    common = ["aws", "--checks", *CHECKS.values(), "--region", "us-east-1", "eu-west-1"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["prowler", *common, "--no-banner", *arguments])
        command.prowler()


@pytest.fixture(scope="module")
def scan(kms_module: KmsMock, tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """The one scan."""
    scanned = Scan(kms_module)
    scanned.run(tmp_path_factory.mktemp("prowler"))
    return scanned


@pytest.mark.parametrize("name", KEYS)
def test_a_key_is_judged_by_what_it_is(scan: Scan, name: str) -> None:
    """States, specs, Regions, rotation and policies are as prowler knows them of AWS."""
    assert scan.said_of(scan.keys[name]) == KEYS[name][1]


def test_a_key_of_aws_is_not_judged(scan: Scan) -> None:
    """It is told from others by its manager."""
    assert scan.managed.arn in {call.key.arn for call in scan.calls("DescribeKey") if call.key}
    assert scan.said_of(scan.managed) == {}


def test_a_fixer_rotates_keys(scan: Scan) -> None:
    """What is found is mended by a call of KMS."""
    scan.calls.assert_called_once("EnableKeyRotation", key=scan.keys["plain"])
    scan.calls.assert_not_called("EnableKeyRotation", key=scan.keys["signing"])


def test_a_fixer_takes_a_deletion_back(scan: Scan) -> None:
    """The key is disabled then, as AWS leaves it."""
    scan.calls.assert_called_once("CancelKeyDeletion", key=scan.keys["deleted"])
    assert scan.keys["deleted"].state == "Disabled"

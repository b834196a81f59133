"""Ansible's modules for KMS keys, in a playbook that `ansible-playbook` runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_kmsmock import Endpoint, KmsMock

pytest.importorskip("ansible_collections.amazon.aws", exc_type=ImportError)

Play = Callable[..., list[dict[str, Any]]]

ROLE = "arn:aws:iam::123456789012:role/reader"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}
DESCRIBED = {
    "alias": "app",
    "description": "for the application",
    "tags": {"team": "red", "env": "test"},
    "policy": json.dumps(POLICY),
    "enable_key_rotation": True,
    "grants": [
        {
            "name": "worker",
            "grantee_principal": "arn:aws:iam::123456789012:role/worker",
            "operations": ["Decrypt", "RetireGrant"],
            "constraints": {"encryption_context_equals": {"tenant": "7"}},
        }
    ],
}


@pytest.fixture
def play(kms_endpoint: Endpoint, tmp_path: Path) -> Play:
    """Run tasks on this machine, whose modules ask the endpoint; return their results."""
    command = shutil.which("ansible-playbook", path=str(Path(sys.executable).parent))
    assert command is not None

    def run(*tasks: dict[str, Any], env: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        playbook = tmp_path / "playbook.json"
        written = [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]
        playbook.write_text(json.dumps(written), encoding="utf-8")
        settings = {
            "ANSIBLE_HOME": str(tmp_path / "ansible"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        }
        done = subprocess.run(
            [command, "--inventory", "localhost,", "--connection", "local", str(playbook)],
            env={**os.environ, **settings, **kms_endpoint.env, **(env or {})},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.stdout, done.stderr
        [played] = json.loads(done.stdout)["plays"]
        return [task["hosts"]["localhost"] for task in played["tasks"]]

    return run


def kms_key(**described: Any) -> dict[str, Any]:
    return {"amazon.aws.kms_key": described, "ignore_errors": True}


def kms_key_info(**wanted: Any) -> dict[str, Any]:
    return {"amazon.aws.kms_key_info": wanted}


def test_a_key_is_made_as_described_and_then_left_alone(kms: KmsMock, play: Play) -> None:
    """What KMS tells of grants, tags, policy and rotation is what it was told."""
    made, again = play(kms_key(**DESCRIBED), kms_key(**DESCRIBED))

    assert (made["changed"], again["changed"]) == (True, False)
    key = kms.key("alias/app")
    assert made["key_arn"] == key.arn
    assert (key.tags, key.policy) == (DESCRIBED["tags"], POLICY)
    assert [grant["Name"] for grant in key.grants] == ["worker"]
    kms.calls.assert_called_once("CreateKey")
    kms.calls.assert_called_once("CreateGrant")
    kms.calls.assert_called_once("EnableKeyRotation")


def test_what_differs_is_changed(kms: KmsMock, play: Play) -> None:
    """Another description of the same alias is another state of the same key."""
    key = kms.create_key(alias="alias/app", tags={"team": "red", "old": "yes"})

    changed, found = play(
        kms_key(alias="app", description="new", tags={"team": "blue"}, enabled=False),
        kms_key_info(filters={"tag:team": "blue"}),
    )

    assert changed["changed"]
    assert (key.state, key.tags, key.metadata["Description"]) == (
        "Disabled",
        {"team": "blue"},
        "new",
    )
    [info] = found["kms_keys"]
    assert (info["key_arn"], info["key_state"]) == (key.arn, "Disabled")
    assert info["aliases"] == ["app"]


def test_an_absent_key_is_one_that_waits_for_its_deletion(kms: KmsMock, play: Play) -> None:
    """And to describe it as present takes the deletion back, and enables it."""
    key = kms.create_key(alias="alias/app")

    gone, back = play(
        kms_key(alias="app", state="absent", pending_window=7),
        kms_key(alias="app", state="present"),
    )

    assert (gone["key_state"], back["key_state"]) == ("PendingDeletion", "Enabled")
    kms.calls.assert_called_once("ScheduleKeyDeletion", key=key, PendingWindowInDays=7)
    kms.calls.assert_order("ScheduleKeyDeletion", "CancelKeyDeletion", "EnableKey")


def test_what_kms_refuses_fails_the_task(kms: KmsMock, play: Play) -> None:
    """The task has the words of AWS."""
    [failed] = play(kms_key(alias="aws/mine", description="not to be had"))

    assert failed["failed"]
    assert failed["msg"].endswith(
        "The alias name for a customer managed CMK cannot begin with alias/aws/."
    )


def test_who_may_not_read_tags_gets_the_rest(
    kms: KmsMock, kms_endpoint: Endpoint, play: Play
) -> None:
    """The modules take a permission that is missing for a part that is unknown."""
    key = kms.create_key(alias="alias/app", tags={"team": "red"})
    allowed = ["kms:DescribeKey", "kms:ListAliases", "kms:ListGrants", "kms:GetKeyRotationStatus"]
    statement = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
    role = kms.principal(ROLE, policies={"Version": "2012-10-17", "Statement": [statement]})

    [found] = play(kms_key_info(alias="app"), env=role.env)

    [info] = found["kms_keys"]
    assert (info["key_arn"], info["tags"], info["key_policies"]) == (key.arn, {}, [])
    refused = {call.operation for call in kms.calls if call.error}
    assert refused == {"ListResourceTags", "ListKeyPolicies"}

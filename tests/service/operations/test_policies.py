"""GetKeyPolicy, PutKeyPolicy, ListKeyPolicies: the policy of the key, and that of a RAM share."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from pytest_kmsmock.service.api.errors import (
    MalformedPolicyDocumentException,
    NotFoundException,
    ValidationException,
)
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values.caller import Caller

Call = Callable[..., dict[str, Any]]

ROOT = "arn:aws:iam::123456789012:root"
OPEN = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": ROOT},
        "Action": "kms:*",
        "Resource": "*",
    },
}


def share(registry: Registry, account: str) -> None:
    """Give the only key to *account*, as RAM does it."""
    [resources] = registry.state.all_resources()
    [key] = resources.keys
    registry.change(lambda draft: draft.put_key(attrs.evolve(key, shared_with=(account,))))


def test_what_was_put_is_got(call: Call, new_id: str) -> None:
    call("PutKeyPolicy", KeyId=new_id, Policy=json.dumps(OPEN))

    assert json.loads(call("GetKeyPolicy", KeyId=new_id)["Policy"]) == OPEN


def test_a_policy_that_locks_the_caller_out_needs_his_word(
    call: Call, service: Service, new_id: str
) -> None:
    """And nothing changes without it. What a test does off the record is not asked."""
    closed = json.dumps(OPEN).replace("123456789012", "210987654321")
    before = call("GetKeyPolicy", KeyId=new_id)

    def put(**params: Any) -> None:
        body = {"KeyId": new_id, "Policy": closed, **params}
        service.handle(Request("PutKeyPolicy", body, "us-east-1", Caller("123456789012"), "1"))

    with pytest.raises(MalformedPolicyDocumentException, match="will not allow you to update"):
        put()

    assert call("GetKeyPolicy", KeyId=new_id) == before
    put(BypassPolicyLockoutSafetyCheck=True)
    assert "210987654321" in call("GetKeyPolicy", KeyId=new_id)["Policy"]


@pytest.mark.parametrize(
    "name",
    [
        "arn:aws-cn:iam::123456789012:root",
        "arn:aws-us-gov:iam::123456789012:role/app",
        "arn:aws-cn:sts::444455556666:assumed-role/app/session",
    ],
)
@pytest.mark.parametrize("element", ["Principal", "NotPrincipal"])
def test_principals_of_another_partition_are_none(
    call: Call, new_id: str, name: str, element: str
) -> None:
    """A key policy cannot delegate to them, neither when the key is made."""
    foreign = {element: {"AWS": [ROOT, name]}, "Action": "kms:*", "Resource": "*"}
    effect = "Allow" if element == "Principal" else "Deny"
    policy = json.dumps({**OPEN, "Statement": [OPEN["Statement"], {"Effect": effect, **foreign}]})

    for operation, named in (("PutKeyPolicy", {"KeyId": new_id}), ("CreateKey", {})):
        with pytest.raises(MalformedPolicyDocumentException, match="invalid principals"):
            call(operation, **named, Policy=policy)


def test_a_key_has_one_policy(call: Call, new_id: str) -> None:
    assert call("ListKeyPolicies", KeyId=new_id)["PolicyNames"] == ["default"]
    for name in ("mine", "AWS_RAM"):
        with pytest.raises(NotFoundException, match="No such policy exists"):
            call("GetKeyPolicy", KeyId=new_id, PolicyName=name)


def test_a_key_that_is_shared_has_ram_s_too_which_ram_alone_changes(
    call: Call, new_id: str, registry: Registry
) -> None:
    share(registry, "210987654321")

    assert call("ListKeyPolicies", KeyId=new_id)["PolicyNames"] == ["default", "AWS_RAM"]
    [statement] = json.loads(call("GetKeyPolicy", KeyId=new_id, PolicyName="AWS_RAM")["Policy"])[
        "Statement"
    ]
    assert statement["Principal"] == {"AWS": ["arn:aws:iam::210987654321:root"]}
    assert "kms:Decrypt" in statement["Action"]
    with pytest.raises(ValidationException, match="only be managed by the RAM service"):
        call("PutKeyPolicy", KeyId=new_id, PolicyName="AWS_RAM", Policy=json.dumps(OPEN))

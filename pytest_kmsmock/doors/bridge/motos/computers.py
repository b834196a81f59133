"""Computers that moto mocks: functions, instances and their volumes."""

from __future__ import annotations

import importlib
from typing import Any

from .insides import backend, reading

# Lambda.


@reading
def function(account: str, region: str, name: str) -> Any:
    """Return a function; None if there is none."""
    found = backend("lambda", account, region)
    names = {each.function_name for each in found.list_functions(None)}
    return found.get_function(name) if name in names else None


@reading
def role_of_function(account: str, region: str, name: str) -> str:
    role: str = function(account, region, name).role
    return role


# EC2.


@reading
def forget_volume(account: str, region: str, volume: str) -> None:
    backend("ec2", account, region).volumes.pop(volume, None)


@reading
def forget_snapshot(account: str, region: str, snapshot: str) -> None:
    backend("ec2", account, region).snapshots.pop(snapshot, None)


@reading
def name_key_of_volume(account: str, region: str, volume: str, key_arn: str) -> None:
    backend("ec2", account, region).volumes[volume].kms_key_id = key_arn


@reading
def encrypted_volumes(account: str, region: str, instance: str) -> list[tuple[str, str | None]]:
    """Return the encrypted volumes of *instance*, each with its key as it was given."""
    found = []
    for volume in backend("ec2", account, region).volumes.values():
        attachment = volume.attachment
        if volume.encrypted and attachment is not None and attachment.instance.id == instance:
            found.append((volume.id, volume.kms_key_id))
    return found


@reading
def encrypts_by_default(account: str, region: str) -> bool:
    by_default: bool = backend("ec2", account, region).ebs_encryption_by_default
    return by_default


@reading
def encrypt_volumes_of(account: str, region: str, instance: str) -> None:
    """Let all volumes of *instance* be encrypted ones."""
    for volume in backend("ec2", account, region).volumes.values():
        attachment = volume.attachment
        if attachment is not None and attachment.instance.id == instance:
            volume.encrypted = True


@reading
def terminate(account: str, region: str, instance: str, code: str, message: str) -> None:
    """Let *instance* have come to its end, for that reason."""
    [(found, _)] = backend("ec2", account, region).terminate_instances([instance])
    _give_reason(found, code, message)


@reading
def stop(account: str, region: str, instance: str, code: str, message: str) -> None:
    """Let *instance* have stopped, for that reason."""
    found = backend("ec2", account, region).get_instance(instance)
    found.stop()
    _give_reason(found, code, message)


def _give_reason(instance: Any, code: str, message: str) -> None:
    reason = importlib.import_module("moto.ec2.models.instances").StateReason(message, code)
    name = "_state_reason" if "_state_reason" in vars(instance) else "state_reason"
    setattr(instance, name, reason)

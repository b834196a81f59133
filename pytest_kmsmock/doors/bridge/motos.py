"""
What moto has: its backends, as far as the bridge has to know what lies in them.

Supported are moto 5.0.0 and newer; `tox -e beside-moto` tests both ends.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, Final, ParamSpec, TypeVar

from ... import observed
from ...service.misuse import KmsMockError

P = ParamSpec("P")
T = TypeVar("T")

# What the bridge remembers of a backend's resources goes when moto resets the backend.
_MEMORY: Final = "_kmsmock"


def reading(function: Callable[P, T]) -> Callable[P, T]:
    """Let *function*, which reads moto's insides, say so where they have changed."""

    @functools.wraps(function)
    def read(*args: P.args, **kwargs: P.kwargs) -> T:
        __tracebackhide__ = True
        try:
            return function(*args, **kwargs)
        except (AttributeError, ImportError, TypeError) as error:
            raise _changed(f"{function.__name__}: {error}") from error

    return read


def _changed(what: str) -> KmsMockError:
    version = getattr(sys.modules.get("moto"), "__version__", "of an unknown version")
    told = KmsMockError(
        f"moto {version} keeps its resources otherwise than the bridge of pytest-kmsmock "
        f"expects ({what}). Use the releases of moto that pytest-kmsmock names, or leave the "
        "service out of the option bridge."
    )
    observed.misuse(told)
    return told


def answers(service: str) -> bool:
    """Tell whether moto answers calls of *service* now, in this process."""
    models = sys.modules.get("moto.core.models")
    if models is None or not models.MockAWS._mocks_active:
        return False
    config = sys.modules["moto.core.config"].default_user_config.get("core", {})
    passed = config.get("passthrough", {}).get("services", ())
    return service not in passed


@reading
def account_of(access_key: str) -> str:
    """Return the account that moto takes *access_key* for one of."""
    given = os.environ.get("MOTO_ACCOUNT_ID")
    if given:
        return given
    account: str = importlib.import_module("moto.iam.models").get_account_id_from(access_key)
    return account


def _backends(service: str) -> Any:
    return importlib.import_module("moto.backends").get_backend(service)


@reading
def backend(service: str, account: str, region: str) -> Any:
    """Return moto's backend of *service*."""
    return _backends(service)[account][region]


@reading
def memory(service: str, account: str, region: str) -> dict[Any, Any]:
    """Return what the bridge remembers of the resources of *service*."""
    found: dict[Any, Any] = backend(service, account, region).__dict__.setdefault(_MEMORY, {})
    return found


def mark(resource: Any, value: Any) -> None:
    """Remember *value* of *resource*, one of moto's objects, as long as it lives."""
    setattr(resource, _MEMORY, value)


def mark_of(resource: Any) -> Any:
    """Return what is remembered of *resource*; None is nothing."""
    return None if resource is None else vars(resource).get(_MEMORY)


def check(owner: Any, names: Iterable[str]) -> None:
    """Raise unless *owner*, of moto's, has all of *names*."""
    missing = [name for name in names if name not in vars(owner)]
    if missing:
        raise _changed(f"{owner.__name__} has no {', '.join(missing)}")


def as_json(document: Any) -> str:
    """Return a policy as text; templates have it as an object."""
    # YAML takes the Version of a policy for a date.
    return document if isinstance(document, str) else json.dumps(document, default=str)


@reading
def tagged_resource() -> Any:
    """Return moto's class of what the tagging API lists."""
    models = sys.modules["moto.kms.models"]
    return models.TaggedResource


# S3.


@reading
def _store_of(bucket: str) -> Any:
    """Return the backend that has *bucket*, of whichever account; None if there is none."""
    for of_account in list(_backends("s3").values()):
        for store in list(of_account.values()):
            if bucket in store.buckets:
                return store
    return None


@reading
def bucket(name: str) -> Any:
    store = _store_of(name)
    return None if store is None else store.buckets[name]


@reading
def bucket_rule(found: Any) -> dict[str, Any]:
    """Return the rule of the default encryption of a bucket; empty if it has none."""
    encryption = found.encryption
    return {} if not encryption else encryption.get("Rule") or {}


@reading
def bucket_region(found: Any) -> str:
    region: str = found.region_name
    return region


@reading
def s3_object(bucket_name: str, key: str, version: str | None) -> Any:
    store = _store_of(bucket_name)
    return None if store is None else store.get_object(bucket_name, key, version_id=version)


@reading
def upload(bucket_name: str, upload_id: str) -> Any:
    found = bucket(bucket_name)
    return None if found is None else found.multiparts.get(upload_id)


@reading
def encryption_of(found: Any) -> tuple[str | None, str | None, Any]:
    """Return the algorithm of an object, its key and whether that of the bucket is used."""
    return found.encryption, found.kms_key_id, found.bucket_key_enabled


# Systems Manager.


@reading
def parameter(account: str, region: str, name: str) -> Any:
    return backend("ssm", account, region).get_parameter(name)


@reading
def key_of_parameter(found: Any) -> str:
    key_id: str = found.keyid or "alias/aws/ssm"
    return key_id


@reading
def tier_of_parameter(found: Any) -> str:
    """Return the tier of a parameter, which stays; None is one that is new."""
    tier: str = "Standard" if found is None else found.tier or "Standard"
    return tier


# Secrets Manager.


@reading
def secret(account: str, region: str, name: str) -> Any:
    """Return a secret by its name or ARN; None if there is none, or it is being deleted."""
    secrets = backend("secretsmanager", account, region).secrets
    found = secrets.get(name)
    return None if found is None or found.is_deleted() else found


@reading
def forget_secret(account: str, region: str, name: str) -> None:
    backend("secretsmanager", account, region).secrets.pop(name)


# DynamoDB, SQS, SNS, Kinesis, Logs.


@reading
def has_table(account: str, region: str, name: str) -> bool:
    return name in backend("dynamodb", account, region).tables


@reading
def key_of_table(account: str, region: str, name: str) -> str | None:
    """Return the key of a table; None if it has none, or is none."""
    found = backend("dynamodb", account, region).tables.get(name)
    wanted = None if found is None else found.sse_specification
    return wanted.get("KMSMasterKeyId") if wanted and wanted.get("Enabled") else None


@reading
def queue(account: str, region: str, name: str) -> Any:
    return backend("sqs", account, region).queues.get(name)


@reading
def key_of_queue(found: Any) -> str | None:
    key_id: str | None = found.kms_master_key_id
    return key_id


@reading
def arn_of_queue(found: Any) -> str:
    arn: str = found.queue_arn
    return arn


@reading
def has_messages(found: Any) -> bool:
    return bool(found.messages)


@reading
def key_of_topic(arn: str) -> str | None:
    """Return the key of a topic; None if it has none, or is none."""
    _, _, _, region, account, _ = arn.split(":", 5)
    topic = backend("sns", account, region).topics.get(arn)
    key_id: str | None = None if topic is None else topic.kms_master_key_id
    return key_id


@reading
def stream(account: str, region: str, name: str | None) -> Any:
    return backend("kinesis", account, region).streams.get(name)


@reading
def key_of_stream(found: Any) -> str | None:
    key_id: str | None = found.key_id if found.encryption_type == "KMS" else None
    return key_id


@reading
def arn_of_stream(found: Any) -> str:
    arn: str = found.arn
    return arn


@reading
def log_group(account: str, region: str, name: str) -> Any:
    return backend("logs", account, region).groups.get(name)


def encrypt_log_group(group: Any, key_id: str | None) -> None:
    group.kms_key_id = key_id


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


# RDS.


@reading
def forget_database(account: str, region: str, name: str) -> None:
    backend("rds", account, region).databases.pop(name, None)


@reading
def forget_cluster(account: str, region: str, name: str) -> None:
    backend("rds", account, region).clusters.pop(name, None)


@reading
def key_of_database(account: str, region: str, name: str) -> str | None:
    """Return the ARN of the key of a database; None if it has none, or is none."""
    return _key_of(backend("rds", account, region).databases.get(name))


@reading
def key_of_snapshot(account: str, region: str, name: str) -> str | None:
    """Return likewise that of a database's snapshot, which can be given by its ARN."""
    snapshots = backend("rds", account, region).database_snapshots
    found = snapshots.get(name.rpartition(":")[2])
    return None if found is None else _key_of(found) or _key_of(found.database)


def _key_of(resource: Any) -> str | None:
    key_id = getattr(resource, "kms_key_id", None)
    # What was made without the bridge has words of moto's there.
    return key_id if key_id and key_id.startswith("arn:") else None


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

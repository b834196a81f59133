"""
What moto has: its backends, as far as the bridge has to know what lies in them.

Supported are moto 5.0.0 and newer; `tox -e beside-moto-{newest,oldest}` tests both ends.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
from collections.abc import Callable
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
            version = getattr(sys.modules.get("moto"), "__version__", "of an unknown version")
            told = KmsMockError(
                f"moto {version} keeps its resources otherwise than the bridge of pytest-kmsmock "
                f"expects ({function.__name__}: {error}). Use the releases of moto that "
                "pytest-kmsmock names, or leave the service out of the option bridge."
            )
            observed.misuse(told)
            raise told from error

    return read


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


# Systems Manager.


@reading
def parameter(account: str, region: str, name: str) -> Any:
    return backend("ssm", account, region).get_parameter(name)


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

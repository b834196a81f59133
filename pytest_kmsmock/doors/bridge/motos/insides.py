"""Insides of moto: how they are read, and what is remembered beside them."""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, Final, ParamSpec, TypeVar

from .... import observed
from ....service.misuse import KmsMockError

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


def backends_of(service: str) -> Any:
    return importlib.import_module("moto.backends").get_backend(service)


@reading
def backend(service: str, account: str, region: str) -> Any:
    """Return moto's backend of *service*."""
    return backends_of(service)[account][region]


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

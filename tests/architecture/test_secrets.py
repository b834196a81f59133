"""
The law of secrets: no value of the package shows one.

Whoever shows a value, pytest in an assertion or a logger, does it by its `repr`.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any, Final

import attrs
import pytest

import pytest_kmsmock

SECRET_NAMES: Final = {
    *("body", "content", "credential", "d", "material", "params", "password", "plaintext"),
    *("private", "response", "secret", "secret_access_key"),
}
# What is of these types may be.
SECRET_TYPES: Final = ("bytes", "PrivateKey")
# Bytes that anybody may see.
PUBLIC: Final = {
    *("Attestation.pcrs", "Envelope.key_tag", "Envelope.material_tag", "Envelope.nonce"),
    *("_Pair512.encapsulation_key", "KmsKey.ciphertext_tag", "Quotas.policy_bytes"),
}


def classes() -> Iterator[type]:
    for module in pkgutil.walk_packages(pytest_kmsmock.__path__, "pytest_kmsmock."):
        if ".endpoint." in module.name and importlib.util.find_spec("tornado") is None:
            continue  # the extra is not installed
        for value in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(value) and value.__module__ == module.name:
                yield value


def may_be_secret(owner: type, name: str, kind: str) -> bool:
    if f"{owner.__name__}.{name}" in PUBLIC:
        return False
    return name in SECRET_NAMES or any(each in kind for each in SECRET_TYPES)


CLASSES: Final = list(classes())
VALUES: Final = [each for each in CLASSES if attrs.has(each)]
TUPLES: Final[list[Any]] = [each for each in CLASSES if hasattr(each, "_fields")]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__qualname__)
def test_no_value_shows_what_may_be_secret(value: Any) -> None:
    fields = attrs.fields(value)

    shown = [each.name for each in fields if each.repr]

    assert not [
        name for name in shown if may_be_secret(value, name, str(value.__annotations__.get(name)))
    ]


@pytest.mark.parametrize("value", TUPLES, ids=lambda value: value.__qualname__)
def test_no_tuple_shows_what_may_be_secret(value: Any) -> None:
    """Unless it says how it is shown, it shows everything."""
    kinds = inspect.get_annotations(value)
    secrets = [name for name in value._fields if may_be_secret(value, name, str(kinds.get(name)))]

    assert not secrets or value.__repr__.__module__ == value.__module__


def test_there_are_secrets_to_look_for() -> None:
    names = {each.__name__ for each in (*VALUES, *TUPLES)}

    assert {"KeyMaterial", "Proxy", "ClusterSettings", "Incoming", "Row"} <= names

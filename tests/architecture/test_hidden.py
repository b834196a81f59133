"""
Attributes of values that their reprs do not show, or that do not count when values are compared.

pytest prints values when an assertion fails, so what is secret, private or long is not shown.
Whoever adds an attribute to a value decides, and says so here.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Final

import attrs

import pytest_kmsmock

HIDDEN: Final = {
    "crypto.attestation.Attestation": "cabundle certificate nonce public_key user_data",
    "crypto.attestation.Document": "signature signed",
    "crypto.ber.Element": "content",
    "crypto.certificates.Authority": "bundle private",
    "crypto.ciphertext.Envelope": "header sealed",
    "crypto.mlkem._Pair512": "decapsulation_key",
    "crypto.sm2._Pair": "d",
    "service.authorization.permissions.Asked": "params",
    "service.authorization.query.Query": "params",
    "service.serving.import_tokens.ImportToken": "private",
    "service.state.registry.Moment": "attestation_roots last_usages",
    "service.values.adopted.Adopted": "ciphertext key_tag plaintext",
    "service.values.cluster.Cluster": "password trust_anchor",
    "service.values.identity.Identity": "account_names names",
    "service.values.key.KeyMaterial": "secret",
    "service.values.key.KmsKey": "ciphertext_start ciphertext_tag material materials policy",
    "service.values.key_store.ClusterSettings": "password trust_anchor",
    "service.values.key_store.ProxySettings": "access_key_id secret_access_key",
    "service.values.proxy.Proxy": "access_key_id keys secret_access_key",
    "service.values.proxy.ProxyKey": "secret",
}
# They follow from others.
NOT_COMPARED: Final = {
    "service.authorization.statements.Policy": "_on",
    "service.values.identity.Identity": "account_names names",
    "service.values.key.KmsKey": "ciphertext_start material",
}
NOT_GIVEN: Final = NOT_COMPARED | {
    "service.operations.operation.Operation": "states",
    "service.values.specs.KeySpec": "is_symmetric_encryption usual_usage",
}


def values() -> Iterator[type]:
    """Yield the values of the inner rings."""
    for ring in ("service", "crypto"):
        package = importlib.import_module(f"{pytest_kmsmock.__name__}.{ring}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            for each in vars(module).values():
                if inspect.isclass(each) and each.__module__ == found.name and attrs.has(each):
                    yield each


def without(what: str) -> dict[str, str]:
    """Return the attributes that attrs is told to leave out of *what*, by the names of classes."""
    found = {}
    for value in values():
        names = sorted(each.name for each in attrs.fields(value) if not getattr(each, what))
        if names:
            module = value.__module__.removeprefix(f"{pytest_kmsmock.__name__}.")
            found[f"{module}.{value.__qualname__}"] = " ".join(names)
    return found


def test_what_is_secret_private_or_long_is_not_shown() -> None:
    """All else is, since who reads a failure wants to see it."""
    assert without("repr") == HIDDEN


def test_all_is_compared_but_what_follows_from_the_rest() -> None:
    """So equal values are the same for whoever uses them."""
    assert without("eq") == NOT_COMPARED


def test_what_follows_from_the_rest_is_not_given() -> None:
    """Nobody can make a value that contradicts itself."""
    assert without("init") == NOT_GIVEN

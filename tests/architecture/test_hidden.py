"""
Attributes of values that are not shown, not compared, not given, or given by their names alone.

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
# They have so many, or ones so alike, that a place would tell nobody which is which.
BY_NAME: Final = {
    "crypto.attestation.Attestation",
    "service.authorization.condition_keys.row.ConditionKey",
    "service.authorization.decision.Ruling",
    "service.authorization.operators.Operator",
    "service.authorization.query.Query",
    "service.authorization.statements.Statement",
    "service.values.adopted.Adopted",
    "service.values.cluster.Cluster",
    "service.values.grant.Grant",
    "service.values.identity.Identity",
    "service.values.key.KeyMaterial",
    "service.values.key.KmsKey",
    "service.values.key.Stored",
    "service.values.key_store.CloudHsmKeyStore",
    "service.values.key_store.ClusterSettings",
    "service.values.key_store.ExternalKeyStore",
    "service.values.key_store.ProxySettings",
    "service.values.key_store._KeyStore",
    "service.values.proxy.Proxy",
    "service.values.proxy.ProxyKey",
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
            found[name_of(value)] = " ".join(names)
    return found


def name_of(value: type) -> str:
    module = value.__module__.removeprefix(f"{pytest_kmsmock.__name__}.")
    return f"{module}.{value.__qualname__}"


def test_what_is_secret_private_or_long_is_not_shown() -> None:
    """All else is, since who reads a failure wants to see it."""
    assert without("repr") == HIDDEN


def test_all_is_compared_but_what_follows_from_the_rest() -> None:
    """So equal values are the same for whoever uses them."""
    assert without("eq") == NOT_COMPARED


def test_what_follows_from_the_rest_is_not_given() -> None:
    """Nobody can make a value that contradicts itself."""
    assert without("init") == NOT_GIVEN


def test_attributes_that_could_be_mistaken_are_given_by_name() -> None:
    """All of a value's, or, as those of the others, none."""
    by_name = {}
    for value in values():
        given = [each for each in attrs.fields(value) if each.init]
        by_name[name_of(value)] = {each.name for each in given if each.kw_only}
        if name_of(value) in BY_NAME:
            assert len(by_name[name_of(value)]) == len(given)

    # What an error calls a caller stands beside its account.
    others = {"service.values.caller.Caller"}
    assert by_name["service.values.caller.Caller"] == {"shown"}
    assert {name for name, names in by_name.items() if names} == BY_NAME | others

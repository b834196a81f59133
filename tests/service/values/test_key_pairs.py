"""Key pairs by their key spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from pytest_kmsmock.crypto import ecc, ed25519, families, mldsa, rsa, sm2
from pytest_kmsmock.crypto.extras import MissingExtra
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.values import key_pairs
from pytest_kmsmock.service.values.specs import KEY_SPECS, MESSAGE_LENGTHS

PAIRS: Final = [spec for spec in KEY_SPECS.values() if spec.kind == "asymmetric"]
ABILITIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "ENCRYPT_DECRYPT": families.ENCRYPTING,
    "SIGN_VERIFY": families.SIGNING,
    "KEY_AGREEMENT": families.AGREEING,
    "ENCAPSULATE_DECAPSULATE": families.ENCAPSULATING,
}


@pytest.mark.parametrize("spec", PAIRS, ids=lambda spec: spec.name)
def test_the_family_of_a_spec_can_what_its_usages_need(spec: Any) -> None:
    assert spec.family in families.KEY_PAIRS
    for usage in spec.usages:
        assert spec.family in ABILITIES[usage]


@pytest.mark.parametrize("usage", ABILITIES)
def test_no_family_can_what_no_spec_is_for(usage: str) -> None:
    """A table without a use would never be noticed to be wrong."""
    assert ABILITIES[usage].keys() == {spec.family for spec in PAIRS if usage in spec.usages}


def test_digests_are_as_long_as_what_computes_them_has_them() -> None:
    """The table of the API beside the constants of the cryptography."""
    lengths = {
        algorithm: types.get("DIGEST") or types.get("EXTERNAL_MU")
        for algorithm, types in MESSAGE_LENGTHS.items()
    }

    assert lengths == {
        ed25519.PURE: None,
        **rsa.DIGEST_LENGTHS,
        **ecc.DIGEST_LENGTHS,
        **ed25519.DIGEST_LENGTHS,
        **mldsa.DIGEST_LENGTHS,
        **sm2.DIGEST_LENGTHS,
    }


def test_every_signing_algorithm_has_its_types_of_message() -> None:
    algorithms = {name for spec in PAIRS for name in spec.usages.get("SIGN_VERIFY", ())}

    assert MESSAGE_LENGTHS.keys() == algorithms


@pytest.mark.parametrize("spec", PAIRS, ids=lambda spec: spec.name)
def test_a_private_key_of_somebody_else_is_checked(spec: Any) -> None:
    """Whether KMS imports such a key or not: the author of a test may fix any."""
    try:
        private = key_pairs.generate(spec.name, SYSTEM)
    except MissingExtra as error:
        pytest.skip(str(error))

    assert key_pairs.is_private_key(spec, private)
    assert not key_pairs.is_private_key(spec, private + b"x")
    assert not key_pairs.is_private_key(spec, b"no key")

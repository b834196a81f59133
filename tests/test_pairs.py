"""The pool of key pairs of this process, which all mocks share."""

from __future__ import annotations

import itertools

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from pytest_kmsmock import mock_kms
from pytest_kmsmock.service.values.specs import KeySpecName


def test_a_key_of_any_spec_has_the_pair_of_an_earlier_mock() -> None:
    specs: list[KeySpecName] = [
        "RSA_2048",
        "ECC_NIST_P256",
        "ECC_NIST_P384",
        "ECC_SECG_P256K1",
    ]

    def public_keys() -> list[PublicKeyTypes]:
        with mock_kms() as kms:
            return [kms.create_key(spec=spec).public_key for spec in specs for _ in range(2)]

    public = public_keys()
    assert all(one != other for one, other in itertools.combinations(public, 2))
    assert public == public_keys()

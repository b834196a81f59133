"""GetPublicKey."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pytest_kmsmock.service.api.errors import UnsupportedOperationException

Call = Callable[..., dict[str, Any]]


def test_a_public_key_comes_with_what_it_is_for(call: Call) -> None:
    """The member that lists the algorithms is called by the usage."""
    made = call("CreateKey", KeySpec="ECC_NIST_P384", KeyUsage="SIGN_VERIFY")["KeyMetadata"]

    found = call("GetPublicKey", KeyId=made["KeyId"])

    public = serialization.load_der_public_key(found.pop("PublicKey"))
    assert isinstance(public, ec.EllipticCurvePublicKey)
    assert public.curve.name == "secp384r1"
    assert found == {
        "KeyId": made["Arn"],
        "CustomerMasterKeySpec": "ECC_NIST_P384",
        "KeySpec": "ECC_NIST_P384",
        "KeyUsage": "SIGN_VERIFY",
        "SigningAlgorithms": ["ECDSA_SHA_384"],
    }


@pytest.mark.parametrize("params", [{}, {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}])
def test_what_is_no_pair_has_no_public_key(call: Call, params: dict[str, str]) -> None:
    key_id = call("CreateKey", **params)["KeyMetadata"]["KeyId"]

    with pytest.raises(UnsupportedOperationException):
        call("GetPublicKey", KeyId=key_id)

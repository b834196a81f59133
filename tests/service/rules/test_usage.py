"""What a key may be used for, and what KMS says of anything else."""

from __future__ import annotations

import pytest
import samples

from pytest_kmsmock.service.api.errors import UnsupportedOperationException
from pytest_kmsmock.service.rules.usage import (
    check_not_stored,
    check_origin,
    wrong_algorithm,
    wrong_usage,
)

ORIGIN = "origin is {} which is not valid for this operation."


def test_a_wrong_usage_is_told_with_the_operation() -> None:
    """As recorded: the ARN, the key's usage, and what was asked for."""
    key = samples.key("RSA_2048", usage="SIGN_VERIFY")

    error = wrong_usage("Encrypt", key)

    assert error.code == "InvalidKeyUsageException"
    assert error.message == (f"{key.arn} key usage is SIGN_VERIFY which is not valid for Encrypt.")


def test_a_wrong_algorithm_is_told_with_the_key_spec() -> None:
    error = wrong_algorithm(samples.key("RSA_2048"), "ECDSA_SHA_256")

    assert error.code == "InvalidKeyUsageException"
    assert error.message == "Algorithm ECDSA_SHA_256 is incompatible with key spec RSA_2048."


@pytest.mark.parametrize("origin", ["AWS_KMS", "EXTERNAL"])
def test_an_operation_has_keys_of_its_origin(origin: str) -> None:
    """Imports those of EXTERNAL, automatic rotation those of AWS_KMS."""
    fit, other = samples.key(origin=origin), samples.key(origin="AWS_CLOUDHSM")
    check_origin(fit, origin)

    with pytest.raises(UnsupportedOperationException) as caught:
        check_origin(other, origin)

    assert caught.value.message == f"{other.arn} {ORIGIN.format('AWS_CLOUDHSM')}"


def test_some_operations_have_no_keys_of_custom_key_stores() -> None:
    """Whichever of the other origins a key has."""
    for origin in ("AWS_KMS", "EXTERNAL"):
        check_not_stored(samples.key(origin=origin))
    stored = samples.stored_key(origin="EXTERNAL_KEY_STORE")

    with pytest.raises(UnsupportedOperationException) as caught:
        check_not_stored(stored)

    assert caught.value.message == f"{stored.arn} {ORIGIN.format('EXTERNAL_KEY_STORE')}"

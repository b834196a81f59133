"""The table of key specs."""

from __future__ import annotations

from typing import get_args

import pytest

from pytest_kmsmock.service.values.specs import (
    ALGORITHMS_MEMBER,
    KEY_SPECS,
    MESSAGE_LENGTHS,
    KeySpecName,
    KeyUsage,
)


def test_the_type_has_the_names_of_the_table() -> None:
    """For a type checker: what is no row cannot be written."""
    assert sorted(get_args(KeySpecName)) == sorted(KEY_SPECS)
    assert all(name == spec.name for name, spec in KEY_SPECS.items())


def test_each_usage_has_a_member_that_lists_its_algorithms() -> None:
    assert set(ALGORITHMS_MEMBER) == set(get_args(KeyUsage))
    for spec in KEY_SPECS.values():
        assert set(spec.usages) <= set(ALGORITHMS_MEMBER)
        assert all(spec.usages.values())


def test_a_test_gets_a_signing_key_where_there_is_a_choice() -> None:
    """Else the only usage that there is."""
    usual = {name: KEY_SPECS[name].usual_usage for name in KEY_SPECS}

    assert usual["RSA_2048"] == usual["ECC_NIST_P256"] == usual["SM2"] == "SIGN_VERIFY"
    assert usual["SYMMETRIC_DEFAULT"] == "ENCRYPT_DECRYPT"
    assert usual["HMAC_256"] == "GENERATE_VERIFY_MAC"
    assert usual["ML_KEM_512"] == "ENCAPSULATE_DECAPSULATE"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SYMMETRIC_DEFAULT", "symmetric"),
        ("HMAC_512", "hmac"),
        ("RSA_4096", "asymmetric"),
        ("ECC_NIST_EDWARDS25519", "asymmetric"),
        ("ML_DSA_87", "asymmetric"),
        ("SM2", "asymmetric"),
    ],
)
def test_an_alias_stays_with_keys_of_a_kind(name: str, kind: str) -> None:
    assert KEY_SPECS[name].kind == kind


def test_post_quantum_keys_are_not_imported() -> None:
    """Source: KMS Developer Guide, "Supported types of KMS keys" for imports."""
    refused = {name for name, spec in KEY_SPECS.items() if not spec.is_importable}

    assert refused == {name for name in KEY_SPECS if name.startswith(("ML_DSA", "ML_KEM"))}


@pytest.mark.parametrize(
    ("name", "abroad", "in_china"),
    [
        ("SYMMETRIC_DEFAULT", True, True),
        ("RSA_2048", True, True),
        ("SM2", False, True),
        ("HMAC_256", True, False),
        ("ML_KEM_768", True, False),
    ],
)
def test_where_a_spec_is_offered(name: str, abroad: bool, in_china: bool) -> None:
    spec = KEY_SPECS[name]

    for region in ("us-east-1", "us-gov-west-1"):
        assert spec.is_offered_in(region) is abroad
    for region in ("cn-north-1", "cn-northwest-1"):
        assert spec.is_offered_in(region) is in_china


def test_data_key_pairs_are_of_key_pairs() -> None:
    """ML-DSA has none. Source: KMS API Reference, GenerateDataKeyPair."""
    paired = {name for name, spec in KEY_SPECS.items() if spec.data_key_pair}

    assert paired == {name for name, spec in KEY_SPECS.items() if spec.kind == "asymmetric"} - {
        "ML_DSA_44",
        "ML_DSA_65",
        "ML_DSA_87",
    }


def test_a_digest_is_as_long_as_its_algorithm_makes_it() -> None:
    for name in ("RSASSA_PSS", "RSASSA_PKCS1_V1_5", "ECDSA"):
        lengths = [MESSAGE_LENGTHS[f"{name}_SHA_{bits}"]["DIGEST"] for bits in (256, 384, 512)]
        assert lengths == [32, 48, 64]
    assert MESSAGE_LENGTHS["SM2DSA"]["DIGEST"] == 32
    assert "DIGEST" not in MESSAGE_LENGTHS["ED25519_SHA_512"]

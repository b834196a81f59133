"""docs/coverage.md, and that all of KMS is either mocked or stated as missing."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import coverage_page
import pytest

from pytest_kmsmock import KmsMock, KmsMockError
from pytest_kmsmock.service.api.shapes import shapes_of
from pytest_kmsmock.service.operations.table import OPERATIONS
from pytest_kmsmock.service.values.specs import KEY_SPECS, MESSAGE_LENGTHS

ROOT = Path(__file__).resolve().parents[2]

ROWS = [
    pytest.param(spec.name, usage, algorithm, id=f"{spec.name}-{usage}-{algorithm}")
    for spec in KEY_SPECS.values()
    for usage, algorithms in spec.usages.items()
    for algorithm in algorithms
]


@pytest.fixture(scope="module")
def found() -> dict[str, bool]:
    """What the model of the installed botocore has, and whether it is handled."""
    return coverage_page.inventory()


def test_whatever_the_model_has_is_mocked_or_stated(found: dict[str, bool]) -> None:
    """A newer botocore brings nothing that the mock passes over in silence."""
    assert coverage_page.unstated(found) == []


def test_nothing_is_stated_as_missing_that_is_mocked(found: dict[str, bool]) -> None:
    """A difference that is gone goes from the page too."""
    assert coverage_page.falsely_stated(found) == []


def test_the_page_is_what_the_code_and_the_model_say(found: dict[str, bool]) -> None:
    """If it is not, `tox -e pages` writes it anew."""
    written = (ROOT / coverage_page.PAGE).read_text(encoding="utf-8")
    if coverage_page.is_of_a_newer_botocore(written):
        pytest.skip("the page is of a newer botocore")

    assert coverage_page.without_version(written) == coverage_page.without_version(
        coverage_page.page()
    )
    assert coverage_page.stale(found) == []


def test_each_member_of_a_request_is_accounted_for(found: dict[str, bool]) -> None:
    """The inventory goes down to the members, so that a new one is noticed too."""
    members = {
        f"{name} takes {member}"
        for name, operation in OPERATIONS.items()
        if name in found
        for member in shapes_of(operation.name).members
    }

    assert members == {name for name in found if " takes " in name}


def test_an_operation_that_nobody_thought_of_is_noticed(found: dict[str, bool]) -> None:
    """What the check is for: a model with more in it than the code knows."""
    newer = found | {
        "ShredKey": False,
        "KeySpec ML_DSA_512": False,
        "SigningAlgorithmSpec SLH_DSA": False,
        "Sign takes Salt": False,
        "Sign raises KeyTiredException": False,
    }

    assert coverage_page.unstated(newer) == list(newer)[-5:]


def test_a_difference_that_is_no_more_is_noticed(found: dict[str, bool]) -> None:
    """What is stated must be missing."""
    missing = next(name for name, handled in found.items() if not handled)

    assert coverage_page.falsely_stated(found | {missing: True}) == [missing]


@pytest.mark.parametrize(("spec", "usage", "algorithm"), ROWS)
def test_each_row_of_the_page_works(
    kms: KmsMock, found: dict[str, bool], spec: str, usage: str, algorithm: str
) -> None:
    """Each key spec does with each of its algorithms what its usage says."""
    values = {name.split()[1] for name in found if name.split()[0].endswith(("Spec", "UsageType"))}
    if not {spec, usage, algorithm} <= values:
        pytest.skip("this botocore does not have it")
    client = kms.client(region="cn-north-1" if spec == "SM2" else "us-east-1")

    try:
        key_id = client.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
        _use(client, key_id, usage, algorithm)
    except KmsMockError as error:
        if "pip install" not in str(error):
            raise
        pytest.skip(str(error))


def _use(client: Any, key_id: str, usage: str, algorithm: str) -> None:
    match usage:
        case "ENCRYPT_DECRYPT":
            encrypted = client.encrypt(
                KeyId=key_id, Plaintext=b"text", EncryptionAlgorithm=algorithm
            )
            decrypted = client.decrypt(
                KeyId=key_id,
                CiphertextBlob=encrypted["CiphertextBlob"],
                EncryptionAlgorithm=algorithm,
            )
            assert decrypted["Plaintext"] == b"text"
        case "SIGN_VERIFY":
            for kind, length in MESSAGE_LENGTHS[algorithm].items():
                message = {
                    "KeyId": key_id,
                    "Message": hashlib.sha512(b"text").digest()[:length],
                    "MessageType": kind,
                    "SigningAlgorithm": algorithm,
                }
                signature = client.sign(**message)["Signature"]
                assert client.verify(**message, Signature=signature)["SignatureValid"] is True
        case "GENERATE_VERIFY_MAC":
            of = {"KeyId": key_id, "Message": b"text", "MacAlgorithm": algorithm}
            mac = client.generate_mac(**of)["Mac"]
            assert client.verify_mac(**of, Mac=mac)["MacValid"] is True
        case "KEY_AGREEMENT":
            own = client.get_public_key(KeyId=key_id)["PublicKey"]
            agreed = client.derive_shared_secret(
                KeyId=key_id, KeyAgreementAlgorithm=algorithm, PublicKey=own
            )
            assert len(agreed["SharedSecret"]) in (32, 48, 66)
        case "ENCAPSULATE_DECAPSULATE":
            sent = client.encapsulate(KeyId=key_id, EncapsulationAlgorithm=algorithm)
            received = client.decapsulate(
                KeyId=key_id,
                EncapsulationAlgorithm=algorithm,
                SharedSecretCiphertextBlob=sent["SharedSecretCiphertextBlob"],
            )
            assert received["SharedSecret"] == sent["SharedSecret"]
        case _:
            pytest.fail(f"no test knows how to use a key for {usage}")

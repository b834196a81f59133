"""A scheme whose package is not installed: the error names the extra that brings it."""

from __future__ import annotations

import sys

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pytest_kmsmock import KmsMock, KmsMockError

pytestmark = pytest.mark.kms(region="cn-north-1", key_pool=False)


@pytest.fixture(autouse=True)
def _without_gmalg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gmalg.sm2", None)  # what Python takes for "not installed"


def test_a_client_s_request_names_the_extra(kms: KmsMock) -> None:
    with pytest.raises(KmsMockError, match=r"pytest-kmsmock\[sm2\]"):
        kms.client().create_key(KeySpec="SM2", KeyUsage="SIGN_VERIFY")

    assert kms.keys == []


def test_a_key_of_the_test_s_names_the_extra(kms: KmsMock) -> None:
    """Made anew, or of material that has to be looked at."""
    private = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

    with pytest.raises(KmsMockError, match=r"pytest-kmsmock\[sm2\]"):
        kms.create_key(spec="SM2")
    with pytest.raises(KmsMockError, match=r"pytest-kmsmock\[sm2\]"):
        kms.create_key(spec="SM2", material=private)
    assert kms.keys == []

"""Enclaves as a test makes them: what they are measured as."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from pytest_kmsmock import Enclave, KmsMock, KmsMockError

pytestmark = pytest.mark.extra("nitro")
ZERO = "00" * 48


def test_registers_are_as_given_and_otherwise_an_examples(kms: KmsMock) -> None:
    enclave = kms.enclave(pcrs={0: "AB" * 48, 8: b"\x01" * 48})

    assert enclave.pcrs[0] == "ab" * 48
    assert enclave.pcrs[8] == "01" * 48
    assert enclave.pcrs[1] == kms.enclave().pcrs[1] != ZERO
    assert list(enclave.pcrs) == list(range(16))


def test_in_debug_mode_all_registers_are_zero(kms: KmsMock) -> None:
    """As those of a real enclave are."""
    assert set(kms.enclave(debug=True).pcrs.values()) == {ZERO}


def test_nitrotpm_has_other_registers(kms: KmsMock) -> None:
    enclave = kms.enclave(nitrotpm=True)

    assert list(enclave.pcrs) == list(range(24))
    assert {index for index, value in enclave.pcrs.items() if value != ZERO} == {4, 7}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"pcrs": {0: "ab"}}, "96 hex digits or 48 bytes, not 'ab'"),
        ({"pcrs": {0: "zz" * 48}}, "96 hex digits"),
        ({"pcrs": {0: bytes(32)}}, "48 bytes"),
        ({"pcrs": {0: None}}, "not None"),
        ({"pcrs": {32: ZERO}}, "0 to 31"),
        ({"pcrs": {"0": ZERO}}, "the index '0'"),
        ({"pcrs": {0: ZERO}, "debug": True}, "debug=True"),
        ({"nitrotpm": True, "debug": True}, "debug=True"),
    ],
    ids=str,
)
def test_what_no_enclave_can_be(kms: KmsMock, options: dict[str, Any], words: str) -> None:
    with pytest.raises(KmsMockError, match=words):
        kms.enclave(**options)


def test_without_the_library_the_extra_is_named(
    kms: KmsMock, enclave: Enclave, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what makes an enclave, and by KMS itself."""
    recipient, client = enclave.recipient(), kms.client()
    monkeypatch.setitem(sys.modules, "cbor2", None)  # what Python takes for "not installed"

    with pytest.raises(KmsMockError, match=r"pytest-kmsmock\[nitro\]"):
        kms.enclave()
    with pytest.raises(KmsMockError, match=r"pytest-kmsmock\[nitro\]"):
        client.generate_random(NumberOfBytes=8, Recipient=recipient)

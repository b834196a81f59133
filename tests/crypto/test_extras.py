"""Without its package a scheme says which extra to install."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from pytest_kmsmock.crypto import attestation, ecc, ed25519, extras, mldsa, mlkem, sm2
from pytest_kmsmock.crypto.randomness import SYSTEM

ROOT = Path(__file__).parents[2]
PYCA = "cryptography.hazmat.primitives.asymmetric"
CALLS = [
    pytest.param("cbor2", lambda: attestation.read(b""), extras.CBOR, id="attestation documents"),
    pytest.param(
        "Crypto.Signature.eddsa",
        lambda: ed25519.sign(
            ed25519.generate("ECC_NIST_EDWARDS25519", SYSTEM), "ED25519_PH_SHA_512", bytes(64)
        ),
        extras.ED25519PH,
        id="Ed25519ph",
    ),
    pytest.param(
        f"{PYCA}.mldsa", lambda: mldsa.generate("ML_DSA_44", SYSTEM), extras.ML_DSA, id="ML-DSA"
    ),
    pytest.param(
        f"{PYCA}.mlkem", lambda: mlkem.generate("ML_KEM_768", SYSTEM), extras.ML_KEM, id="ML-KEM"
    ),
    pytest.param(
        "kyber_py.ml_kem",
        lambda: mlkem.generate("ML_KEM_512", SYSTEM),
        extras.ML_KEM_512,
        id="ML-KEM-512",
    ),
    pytest.param("gmalg.sm2", lambda: sm2.generate("SM2", SYSTEM), extras.SM2, id="SM2"),
]


@pytest.mark.parametrize(("module", "call", "need"), CALLS)
def test_a_scheme_without_its_package_names_the_extra(
    module: str, call: Callable[[], object], need: extras.Need, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)  # what Python takes for "not installed"

    with pytest.raises(extras.MissingExtra) as caught:
        call()

    assert (caught.value.scheme, caught.value.extra) == (need.scheme, need.extra)
    assert caught.value.requirement == need.requirement
    assert f"pytest-kmsmock[{need.extra}]" in str(caught.value)


def test_a_cryptography_without_external_mu_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Before49:
        def public_key(self) -> Before49:
            return self

    monkeypatch.setattr(mldsa, "_private", lambda _: Before49())
    monkeypatch.setattr(mldsa, "_public", lambda _: Before49())

    with pytest.raises(extras.MissingExtra, match="external mu"):
        mldsa.sign(b"", mldsa.ALGORITHM, bytes(64), is_digest=True)
    with pytest.raises(extras.MissingExtra, match="external mu"):
        mldsa.verify(b"", mldsa.ALGORITHM, bytes(64), b"", is_digest=True)


@pytest.mark.parametrize(
    ("family", "spec"), [(mldsa, "ML_DSA_44"), (mlkem, "ML_KEM_768")], ids=["ML-DSA", "ML-KEM"]
)
def test_a_cryptography_on_a_library_without_the_scheme_says_so(
    family: object, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`cryptography` can be built on a libcrypto that lacks what it offers itself."""

    def unsupported(*_: object, **__: object) -> None:
        raise UnsupportedAlgorithm("not supported by this backend")

    private = family.generate(spec, SYSTEM)  # type: ignore[attr-defined]  # one of two modules
    # Another seed, so that it is a key which has to be loaded.
    private = private[:-1] + bytes([private[-1] ^ 1])
    monkeypatch.setattr(serialization, "load_der_private_key", unsupported)

    with pytest.raises(extras.MissingExtra):
        family.public_key(private)  # type: ignore[attr-defined]  # one of two modules


@pytest.mark.parametrize(
    ("family", "spec", "module"),
    [
        (mldsa, "ML_DSA_44", f"{PYCA}.mldsa"),
        (mlkem, "ML_KEM_768", f"{PYCA}.mlkem"),
        (mlkem, "ML_KEM_512", "kyber_py.ml_kem"),
    ],
    ids=["ML-DSA", "ML-KEM", "ML-KEM-512"],
)
@pytest.mark.parametrize(
    "key", [b"no key", ecc.generate("ECC_NIST_P256", SYSTEM)], ids=["garbage", "ECC"]
)
def test_garbage_needs_no_package(
    family: object, spec: str, module: str, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the package it would be no key either."""
    monkeypatch.setitem(sys.modules, module, None)

    try:
        is_sound = family.is_private_key(spec, key)  # type: ignore[attr-defined]  # one of two
    except extras.MissingExtra as error:
        pytest.fail(str(error))  # not to be skipped

    assert not is_sound


NEEDS = {
    "An attestation document": extras.CBOR,
    "The endpoint": extras.ENDPOINT,
    "Ed25519ph": extras.ED25519PH,
    "ML-DSA": extras.ML_DSA,
    "ML-DSA with an external mu": extras.ML_DSA_MU,
    "ML-KEM": extras.ML_KEM,
    "ML-KEM-512": extras.ML_KEM_512,
    "A file in YAML": extras.YAML,
    "A report in HTML": extras.PAGE,
    "SM2": extras.SM2,
}


@pytest.mark.parametrize(("scheme", "need"), NEEDS.items(), ids=list(NEEDS))
def test_what_is_missing_is_what_the_extra_brings(scheme: str, need: extras.Need) -> None:
    """By the name of the extra, and a version as pyproject.toml asks for it, or an older one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    brought = project["optional-dependencies"][need.extra]

    assert need.scheme == scheme
    if need in (extras.ML_DSA, extras.ML_KEM):
        # These came first; the extra asks for what has all of it.
        assert need.requirement == "cryptography>=48"
        assert "cryptography>=49" in brought
    else:
        assert need.requirement in brought

"""The Update Framework's signer over KMS, from securesystemslib, as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock
from pytest_kmsmock.service.values.specs import KeySpecName

signer = pytest.importorskip("securesystemslib.signer")
exceptions = pytest.importorskip("securesystemslib.exceptions")

SCHEMES = [
    ("ECC_NIST_P256", None, "ecdsa-sha2-nistp256"),
    ("ECC_NIST_P384", None, "ecdsa-sha2-nistp384"),
    ("RSA_2048", None, "rsassa-pss-sha256"),
    ("RSA_3072", "rsassa-pss-sha384", "rsassa-pss-sha384"),
    ("RSA_4096", "rsa-pkcs1v15-sha512", "rsa-pkcs1v15-sha512"),
]


@pytest.mark.parametrize(("spec", "asked", "scheme"), SCHEMES)
def test_metadata_is_signed_and_verified(
    kms: KmsMock, spec: KeySpecName, asked: str | None, scheme: str
) -> None:
    """The signer makes its own clients; the key says which schemes it has."""
    kms.create_key(spec=spec, alias="alias/tuf")

    uri, public = signer.AWSSigner.import_("alias/tuf", asked)
    signature = signer.Signer.from_priv_key_uri(uri, public).sign(b"metadata")

    assert public.scheme == scheme
    public.verify_signature(signature, b"metadata")
    with pytest.raises(exceptions.UnverifiedSignatureError):
        public.verify_signature(signature, b"other metadata")
    assert kms.calls.operations == ["GetPublicKey", "Sign"]


def test_a_disabled_key_signs_nothing(kms: KmsMock) -> None:
    """What KMS refuses comes through."""
    key = kms.create_key(spec="ECC_NIST_P256", alias="alias/tuf")
    uri, public = signer.AWSSigner.import_("alias/tuf")
    key.disable()

    with pytest.raises(ClientError, match="DisabledException"):
        signer.Signer.from_priv_key_uri(uri, public).sign(b"metadata")


def test_an_encryption_key_is_no_signer(
    kms: KmsMock, client: Any, new_key: Callable[..., str]
) -> None:
    """A key of another usage has no signing algorithms to tell."""
    arn = new_key(client, "RSA_2048", "ENCRYPT_DECRYPT")

    with pytest.raises(KeyError, match="SigningAlgorithms"):
        signer.AWSSigner.import_(arn)

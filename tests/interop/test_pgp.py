"""OpenPGP signatures by pgpkms, as it is, verified by GnuPG."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock
from pytest_kmsmock.service.values.specs import KeySpecName

pgpkms = pytest.importorskip("pgpkms")

# Version 1.0.7 looks for this one, whatever it is asked for.
ALIAS = "alias/PGP_KEY"


@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("spec", ["RSA_2048", "RSA_4096"])
def test_gpg_verifies_a_detached_signature(
    kms: KmsMock, gpg: Any, spec: KeySpecName, hash_name: str
) -> None:
    """The exported key, its own signature and that of the file are all good."""
    kms.create_key(spec=spec, alias=ALIAS, tags={"PGPName": "Ada", "PGPEmail": "ada@example.com"})
    key = pgpkms.KmsPgpKey(ALIAS, kms_client=kms.client())

    exported = key.to_pgp(hash=hash_name, armoured=False)
    signature = key.sign(b"a release", hash=hash_name, armoured=False)

    gpg("--import", "key", files={"key": exported})
    files = {"release": b"a release", "release.sig": signature}
    good = gpg("--status-fd", "1", "--verify", "release.sig", "release", files=files)
    assert b"GOODSIG" in good.stdout
    assert b"Ada <ada@example.com>" in good.stdout
    files["release"] = b"b release"
    bad = gpg("--status-fd", "1", "--verify", "release.sig", "release", files=files, check=False)
    assert b"BADSIG" in bad.stdout

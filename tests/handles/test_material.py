"""Key material, as a test holds it, and its import."""

from __future__ import annotations

import datetime as dt

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock, KmsMockError


def test_material_that_is_too_long_is_refused_by_aws(kms: KmsMock) -> None:
    """As long as it can be wrapped; what is longer, nobody can send."""
    key = kms.create_key(origin="EXTERNAL")

    with pytest.raises(ClientError, match="IncorrectKeyMaterialException"):
        key.import_material(bytes(190))
    with pytest.raises(KmsMockError, match="191 bytes are too long"):
        key.import_material(bytes(191))


def test_material_that_expires_says_when(kms: KmsMock) -> None:
    """In UTC, by the service's clock; then it is not there any more, and the rest is as it was."""
    key = kms.create_key(origin="EXTERNAL", state="PendingImport")

    key.import_material(bytes(32), days=2)

    (before,) = key.materials
    assert before.is_present
    assert before.valid_to is not None
    assert dt.timedelta(days=1) < before.valid_to - kms.clock.now <= dt.timedelta(days=2)
    kms.clock.advance(days=3)
    (after,) = key.materials
    assert (after.id, after.is_present) == (before.id, False)


def test_a_key_pair_is_imported_too(kms: KmsMock) -> None:
    """A pair has one material, and importing it answers with no ID."""
    given = kms.create_key(spec="ECC_NIST_P256")
    secret = kms._backend.registry.state.resources(kms.account, kms.region).keys.get(given.id)
    assert secret is not None
    key = kms.create_key(spec="ECC_NIST_P256", origin="EXTERNAL", state="PendingImport")

    assert key.import_material(secret.secret) is None

    assert key.public_key == given.public_key

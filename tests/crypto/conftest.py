"""
What an enclave attests. A test whose scheme needs a package that is not installed is skipped.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import pytest
from enclaves import NOW, P384, PCRS

from pytest_kmsmock.crypto import certificates
from pytest_kmsmock.crypto.attestation import Attestation
from pytest_kmsmock.crypto.extras import MissingExtra


@contextlib.contextmanager
def skip_what_is_missing() -> Iterator[None]:
    try:
        yield
    except MissingExtra as error:
        # tox's environment with all extras sets it: there nothing may be missing.
        if os.environ.get("KMSMOCK_EXTRAS") == "required":
            raise
        pytest.skip(str(error))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    with skip_what_is_missing():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    with skip_what_is_missing():
        return (yield)


@pytest.fixture
def attested() -> Attestation:
    issuer = certificates.authority()
    return Attestation(
        module_id="i-1-enc1",
        timestamp=1_900_000_000_000,
        pcrs=PCRS,
        certificate=certificates.certify(issuer, "i-1-enc1", P384.public_key(), NOW),
        cabundle=issuer.bundle,
        public_key=b"key",
        user_data=b"data",
        nonce=b"nonce",
    )

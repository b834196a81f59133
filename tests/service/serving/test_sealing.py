"""Sealing and opening: by which material, and what an algorithm takes."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
import samples

from pytest_kmsmock.crypto import ciphertext
from pytest_kmsmock.crypto.keypool import KeyPool
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.api.errors import InvalidCiphertextException, ValidationException
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.serving.sealing import open_, seal
from pytest_kmsmock.service.values import key_pairs
from pytest_kmsmock.service.values.key import KmsKey

RequestWith = Callable[..., Request]
SYMMETRIC, OAEP = "SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_256"
OLD, NEW = samples.material(1, state="NON_CURRENT"), samples.material(2)
POOL = KeyPool(lambda spec: key_pairs.generate(spec, SYSTEM))


@pytest.fixture
def request_with(request_of: Callable[..., Request]) -> RequestWith:
    """Make a request of a ciphertext, which the service has looked at."""

    def make(blob: bytes = b"") -> Request:
        made = request_of("Decrypt", CiphertextBlob=blob)
        made.envelope = ciphertext.parse(blob)
        return made

    return make


@pytest.fixture
def rsa_key() -> KmsKey:
    materials = (samples.material(secret=POOL.take("RSA_2048", 0)),)
    return samples.key("RSA_2048", usage="ENCRYPT_DECRYPT", materials=materials)


def test_what_was_sealed_opens_with_the_material_that_sealed_it(
    request_with: RequestWith,
) -> None:
    """Whichever of a key's materials that was; a new ciphertext is of the current one."""
    before = samples.key(materials=(samples.material(1),))
    after = samples.key(materials=(OLD, NEW))
    context = {"tenant": "42"}

    old_blob, new_blob = (
        seal(request_with(), key, SYMMETRIC, b"secret", context) for key in (before, after)
    )

    assert open_(request_with(old_blob), after, SYMMETRIC, context) == (b"secret", OLD)
    assert open_(request_with(new_blob), after, SYMMETRIC, context) == (b"secret", NEW)
    with pytest.raises(InvalidCiphertextException):
        open_(request_with(new_blob), before, SYMMETRIC, context)


def test_what_was_sealed_with_material_that_is_gone_does_not_open(
    request_with: RequestWith,
) -> None:
    """The others of the key are tried, and that one is passed over."""
    blob = seal(
        request_with(), samples.key(materials=(samples.material(1),)), SYMMETRIC, b"secret", {}
    )
    left = samples.key(materials=(samples.material(1, state="NON_CURRENT", secret=None), NEW))

    with pytest.raises(InvalidCiphertextException):
        open_(request_with(blob), left, SYMMETRIC, {})


@pytest.mark.parametrize("context", [{}, {"tenant": "7"}, {"tenant": "42", "more": ""}], ids=str)
def test_another_context_does_not_open(request_with: RequestWith, context: dict[str, str]) -> None:
    key = samples.key()
    blob = seal(request_with(), key, SYMMETRIC, b"secret", {"tenant": "42"})

    with pytest.raises(InvalidCiphertextException):
        open_(request_with(blob), key, SYMMETRIC, context)


def test_a_key_pair_opens_what_it_sealed(request_with: RequestWith, rsa_key: KmsKey) -> None:
    blob = seal(request_with(), rsa_key, OAEP, b"secret", {})

    assert open_(request_with(blob), rsa_key, OAEP, {}) == (b"secret", rsa_key.material)


def test_a_key_pair_does_not_open_by_another_algorithm(
    request_with: RequestWith, rsa_key: KmsKey
) -> None:
    """Nor anything else."""
    blob = seal(request_with(), rsa_key, OAEP, b"secret", {})

    for sealed, algorithm in ((blob, "RSAES_OAEP_SHA_1"), (bytes(256), OAEP), (b"x", OAEP)):
        with pytest.raises(InvalidCiphertextException):
            open_(request_with(sealed), rsa_key, algorithm, {})


def test_a_key_pair_has_no_encryption_context(request_with: RequestWith, rsa_key: KmsKey) -> None:
    """Which is said before anything is done."""
    text = f"An encryption context cannot be used with algorithm {OAEP}."

    with pytest.raises(ValidationException, match=text):
        seal(request_with(), rsa_key, OAEP, b"x" * 999, {"tenant": "42"})
    with pytest.raises(ValidationException, match=text):
        open_(request_with(b"x"), rsa_key, OAEP, {"tenant": "42"})


@pytest.mark.parametrize(
    ("algorithm", "longest"), [("RSAES_OAEP_SHA_1", 214), ("RSAES_OAEP_SHA_256", 190)]
)
def test_a_key_pair_seals_so_many_bytes(
    request_with: RequestWith, rsa_key: KmsKey, algorithm: str, longest: int
) -> None:
    """Source: KMS API Reference, Encrypt."""
    blob = seal(request_with(), rsa_key, algorithm, bytes(longest), {})
    assert open_(request_with(blob), rsa_key, algorithm, {})[0] == bytes(longest)

    with pytest.raises(ValidationException) as caught:
        seal(request_with(), rsa_key, algorithm, bytes(longest + 1), {})

    assert caught.value.message == (
        f"Algorithm {algorithm} and key spec RSA_2048 cannot encrypt data "
        f"larger than {longest} bytes."
    )


def test_ciphertexts_are_drawn_from_the_registrys_randomness(
    request_with: RequestWith,
) -> None:
    """A nonce for each, so that no two are equal."""
    request, key = request_with(), samples.key()

    sealed = {base64.b64encode(seal(request, key, SYMMETRIC, b"x", {})) for _ in range(20)}

    assert len(sealed) == 20

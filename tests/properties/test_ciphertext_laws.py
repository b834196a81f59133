"""Laws of the ciphertext blob, for all keys, plaintexts and encryption contexts."""

from __future__ import annotations

from hypothesis import assume, example, given
from hypothesis import strategies as st

from pytest_kmsmock.crypto import ciphertext
from pytest_kmsmock.crypto.randomness import SYSTEM

keys_256 = st.binary(min_size=32, max_size=32)
material_ids = st.text("0123456789abcdef", min_size=64, max_size=64)
plaintexts = st.binary(min_size=1, max_size=4096)
# JSON can carry lone surrogates, so an application can send them.
texts = st.text(st.characters(codec=None), max_size=20)
contexts = st.dictionaries(texts, texts, max_size=5)


def seal(key: bytes, material_id: str, plaintext: bytes, context: dict[str, str]) -> bytes:
    tag = ciphertext.key_tag("123456789012", "1234abcd-12ab-34cd-56ef-1234567890ab")
    return ciphertext.seal(key, ciphertext.start(tag, material_id), plaintext, context, SYSTEM)


@given(key=keys_256, material_id=material_ids, plaintext=plaintexts, context=contexts)
def test_what_was_sealed_opens(
    key: bytes, material_id: str, plaintext: bytes, context: dict[str, str]
) -> None:
    """In any order of the context's pairs."""
    envelope = ciphertext.parse(seal(key, material_id, plaintext, context))

    assert envelope is not None
    assert envelope.material_tag == bytes.fromhex(material_id[:16])
    assert ciphertext.is_key_tag(envelope.key_tag)
    assert ciphertext.open_(key, envelope, dict(reversed(context.items()))) == plaintext


@given(key=keys_256, other=keys_256, plaintext=plaintexts)
def test_another_key_does_not_open(key: bytes, other: bytes, plaintext: bytes) -> None:
    """Not even the right length of plaintext comes out."""
    assume(key != other)
    envelope = ciphertext.parse(seal(key, "0" * 64, plaintext, {}))

    assert envelope is not None
    assert ciphertext.open_(other, envelope, {}) is None


@given(key=keys_256, made_with=contexts, tried_with=contexts)
@example(key=bytes(32), made_with={"ab": "c"}, tried_with={"a": "bc"})
@example(key=bytes(32), made_with={"": ""}, tried_with={})
def test_another_context_does_not_open(
    key: bytes, made_with: dict[str, str], tried_with: dict[str, str]
) -> None:
    """It opens under an equal map, and under no other."""
    envelope = ciphertext.parse(seal(key, "0" * 64, b"secret", made_with))

    assert envelope is not None
    opened = ciphertext.open_(key, envelope, tried_with)
    assert (opened == b"secret") is (made_with == tried_with)


@given(first=contexts, second=contexts)
@example(first={"ab": "c"}, second={"a": "bc"})
@example(first={"a": "b", "c": "d"}, second={"a": "bcd"})
@example(first={"": ""}, second={})
@example(first={"\ud800": ""}, second={"\udc00": ""})
def test_no_two_contexts_are_encoded_alike(first: dict[str, str], second: dict[str, str]) -> None:
    """`encode_context` is injective, and blind to the order of pairs."""
    encoded = ciphertext.encode_context(first)

    assert (encoded == ciphertext.encode_context(second)) is (first == second)
    assert ciphertext.encode_context(dict(reversed(first.items()))) == encoded


@given(plaintext=plaintexts, position=st.integers(min_value=0), bit=st.integers(0, 7))
def test_changed_blob_does_not_open(plaintext: bytes, position: int, bit: int) -> None:
    """It does not parse, names another key or material, or fails to open."""
    blob = bytearray(seal(bytes(32), "0" * 64, plaintext, {}))
    original = ciphertext.parse(bytes(blob))
    blob[position % len(blob)] ^= 1 << bit

    envelope = ciphertext.parse(bytes(blob))

    assert original is not None
    assert (
        envelope is None
        or not ciphertext.is_key_tag(envelope.key_tag)
        or envelope.material_tag != original.material_tag
        or ciphertext.open_(bytes(32), envelope, {}) is None
    )


@given(blob=st.binary(max_size=400))
def test_random_bytes_are_no_blob(blob: bytes) -> None:
    """Parsing takes anything, and raises nothing."""
    envelope = ciphertext.parse(blob)

    assert envelope is None or not ciphertext.is_key_tag(envelope.key_tag)


@given(length=st.integers(1, 4095))
def test_longer_plaintext_makes_a_longer_blob(length: int) -> None:
    """By its bytes, and by one or two of DER's where a length grows a digit."""
    shorter, longer = (
        len(seal(bytes(32), "0" * 64, bytes(size), {})) for size in (length, length + 1)
    )

    assert 1 <= longer - shorter <= 6

"""Encrypt, Decrypt, ReEncrypt: what comes back, contexts, tampering, blobs."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from pytest_kmsmock.service.api.shapes import service_model

SYMMETRIC = "SYMMETRIC_DEFAULT"
WRONG_KEY = "The key ID in the request does not identify a CMK that can perform this operation."


def known(operation: str, response: dict[str, Any]) -> dict[str, Any]:
    """Return *response* without the members that an older botocore does not know."""
    output: Any = service_model().operation_model(operation).output_shape
    return {name: value for name, value in response.items() if name in output.members}


def arn_of(key_id: str) -> str:
    return f"arn:aws:kms:us-east-1:123456789012:key/{key_id}"


def new_key(client: Any) -> str:
    key_id: str = client.create_key()["KeyMetadata"]["KeyId"]
    return key_id


def encrypt(client: Any, key_id: str, plaintext: bytes = b"secret", **params: Any) -> bytes:
    response = client.encrypt(KeyId=key_id, Plaintext=plaintext, **params)
    blob: bytes = response["CiphertextBlob"]
    return blob


def forms(client: Any, key_id: str) -> list[str]:
    """Return all that *key_id* can be called: ID, ARN, alias name, alias ARN."""
    client.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    arn = arn_of(key_id)
    return [key_id, arn, "alias/app", arn.replace(f"key/{key_id}", "alias/app")]


def test_encrypt_answers_with_the_arn(client: Any, key_id: str) -> None:
    """Whatever form of identifier was sent; there is no KeyMaterialId."""
    for form in forms(client, key_id):
        response = client.encrypt(KeyId=form, Plaintext=b"secret")

        assert response.keys() == {
            *("CiphertextBlob", "EncryptionAlgorithm", "KeyId", "ResponseMetadata")
        }
        assert response["KeyId"] == arn_of(key_id)
        assert response["EncryptionAlgorithm"] == SYMMETRIC
        assert isinstance(response["CiphertextBlob"], bytes)


def test_decrypt_needs_no_key_id(client: Any, key_id: str) -> None:
    """The blob names its key. KeyMaterialId is that of KeyMetadata."""
    material_id = client.describe_key(KeyId=key_id)["KeyMetadata"].get("CurrentKeyMaterialId")
    blob = encrypt(client, key_id)

    response = client.decrypt(CiphertextBlob=blob)

    del response["ResponseMetadata"]
    expected = {
        "Plaintext": b"secret",
        "KeyId": arn_of(key_id),
        "EncryptionAlgorithm": SYMMETRIC,
        "KeyMaterialId": material_id,
    }
    assert response == known("Decrypt", expected)


def test_decrypt_takes_every_form_of_key_id(client: Any, key_id: str) -> None:
    """ID, ARN, alias name and alias ARN."""
    blob = encrypt(client, key_id)

    for form in forms(client, key_id):
        response = client.decrypt(CiphertextBlob=blob, KeyId=form, EncryptionAlgorithm=SYMMETRIC)

        assert response["Plaintext"] == b"secret"
        assert response["KeyId"] == arn_of(key_id)


@pytest.mark.parametrize("length", [1, 15, 16, 17, 31, 32, 33, 255, 256, 4095, 4096])
def test_what_was_encrypted_decrypts(client: Any, key_id: str, length: int) -> None:
    """1 to 4096 bytes, of any value."""
    plaintext = bytes(number % 256 for number in range(length))

    blob = encrypt(client, key_id, plaintext)

    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == plaintext


def test_plaintext_may_be_text(client: Any, key_id: str) -> None:
    """The client sends a str as UTF-8; bytes come back."""
    blob = client.encrypt(KeyId=key_id, Plaintext="пароль")["CiphertextBlob"]

    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == "пароль".encode()


@pytest.mark.parametrize(
    ("plaintext_length", "blob_length"),
    [
        *((1, 153), (16, 168), (24, 176), (32, 184), (35, 187), (36, 189)),
        *((64, 220), (128, 285), (256, 418), (1024, 1186), (4096, 4258)),
    ],
)
def test_blob_is_as_long_as_aws_makes_it(
    client: Any, key_id: str, plaintext_length: int, blob_length: int
) -> None:
    """184 bytes for a data key of 32, as seen in AWS's blobs; the rest follows in DER."""
    assert len(encrypt(client, key_id, bytes(plaintext_length))) == blob_length


def test_blob_begins_as_aws_makes_it(client: Any, key_id: str) -> None:
    """Base64 ``AQICAH``. Blobs of one key share the next 32 bytes, those of two do not."""
    blob, again = encrypt(client, key_id), encrypt(client, key_id)
    other = encrypt(client, new_key(client))

    assert base64.b64encode(blob).startswith(b"AQICAH")
    assert blob[5:37] == again[5:37] != other[5:37]


def test_same_plaintext_never_gives_the_same_blob(client: Any, key_id: str) -> None:
    """Each encryption has a nonce of its own."""
    blobs = {encrypt(client, key_id) for _ in range(50)}

    assert len(blobs) == 50


def test_blob_shows_neither_plaintext_nor_context(client: Any, key_id: str) -> None:
    """The context is authenticated, not stored."""
    blob = encrypt(client, key_id, b"very secret", EncryptionContext={"tenant": "blue-42"})

    for text in (b"very secret", b"tenant", b"blue-42"):
        assert text not in blob


def test_every_byte_of_a_blob_counts(client: Any, key_id: str, refusal: Any) -> None:
    """One changed bit makes it invalid, with and without a KeyId, and AWS says no more."""
    blob = encrypt(client, key_id, bytes(32), EncryptionContext={"tenant": "7"})

    for position in range(len(blob)):
        for bit in (1, 128):
            changed = bytearray(blob)
            changed[position] ^= bit
            for key in ({}, {"KeyId": key_id}):
                response = refusal(
                    client.decrypt,
                    CiphertextBlob=bytes(changed),
                    EncryptionContext={"tenant": "7"},
                    **key,
                )
                assert response == ("InvalidCiphertextException", "")


@pytest.mark.parametrize("cut", [1, 3, 5, 16, 37, 54, 100, 183])
def test_shortened_blob_is_invalid(client: Any, key_id: str, error_response: Any, cut: int) -> None:
    """At either end; neither may anything be added."""
    blob = encrypt(client, key_id, bytes(32))

    for wrong in (blob[cut:], blob[:-cut], bytes(cut) + blob, blob + bytes(cut), blob * 2):
        for key in ({}, {"KeyId": key_id}):
            response = error_response(client.decrypt, CiphertextBlob=wrong, **key)

            assert response["Error"]["Code"] == "InvalidCiphertextException"
            assert response["Error"]["Message"] == ""
            assert "message" not in response


@pytest.mark.parametrize("blob", [b"x", b"\0" * 184, b"\xff" * 6144, b'{"json": 1}'])
def test_garbage_is_invalid(client: Any, key_id: str, refusal: Any, blob: bytes) -> None:
    """Bytes that KMS never made, with and without a KeyId."""
    for key in ({}, {"KeyId": key_id}):
        error = refusal(client.decrypt, CiphertextBlob=blob, **key)

        assert error == ("InvalidCiphertextException", "")


def test_blob_has_6144_bytes_at_most(client: Any, refusal: Any) -> None:
    """Source: the model, CiphertextType. A blob's value is never printed."""
    error = refusal(client.decrypt, CiphertextBlob=bytes(6145))

    assert error == (
        "ValidationException",
        "1 validation error detected: Value at 'ciphertextBlob' failed to satisfy "
        "constraint: Member must have length less than or equal to 6144",
    )


def test_parts_of_two_blobs_make_none(client: Any, key_id: str, refusal: Any) -> None:
    """The bytes that name the key are bound to those that hold the plaintext."""
    mine, other = encrypt(client, key_id), encrypt(client, new_key(client))
    mixed = mine[:5] + other[5:37] + mine[37:]
    crossed = mine[:-20] + encrypt(client, key_id)[-20:]

    for blob in (mixed, crossed):
        error = refusal(client.decrypt, CiphertextBlob=blob)

        assert error.code == "InvalidCiphertextException"


# The encryption context.


def test_order_of_the_context_does_not_matter(client: Any, key_id: str) -> None:
    """It is a map. Source: guide, "Encryption context"."""
    context = {"tenant": "7", "purpose": "backup", "": "empty key"}
    blob = encrypt(client, key_id, EncryptionContext=context)

    turned = dict(reversed(context.items()))

    assert client.decrypt(CiphertextBlob=blob, EncryptionContext=turned)["Plaintext"] == b"secret"


@pytest.mark.parametrize(
    ("made_with", "tried_with"),
    [
        ({"tenant": "7"}, {}),
        ({}, {"tenant": "7"}),
        ({"tenant": "7"}, {"tenant": "8"}),
        ({"tenant": "a"}, {"tenant": "A"}),
        ({"tenant": "7"}, {"Tenant": "7"}),
        ({"tenant": "7"}, {"tenant": "7", "purpose": "backup"}),
        ({"tenant": "7", "purpose": "backup"}, {"tenant": "7"}),
        ({"a": "b"}, {"b": "a"}),
        ({"ab": "c"}, {"a": "bc"}),
        ({"a": "b", "c": "d"}, {"a": "d", "c": "b"}),
        ({"a": "b,c=d"}, {"a": "b", "c": "d"}),
        ({"a": ""}, {"": "a"}),
        ({"": ""}, {}),
        ({"a": "x "}, {"a": "x"}),
        ({"a": "é"}, {"a": "e\u0301"}),
        ({"a": "1"}, {"a": "01"}),
    ],
    ids=str,
)
def test_another_context_does_not_decrypt(
    client: Any,
    key_id: str,
    error_response: Any,
    made_with: dict[str, str],
    tried_with: dict[str, str],
) -> None:
    """It must match exactly, case and all; AWS sends no text."""
    blob = encrypt(client, key_id, EncryptionContext=made_with)

    response = error_response(client.decrypt, CiphertextBlob=blob, EncryptionContext=tried_with)

    assert response["Error"] == {"Code": "InvalidCiphertextException", "Message": ""}
    assert "message" not in response
    again = client.decrypt(CiphertextBlob=blob, EncryptionContext=made_with)
    assert again["Plaintext"] == b"secret"


def test_empty_context_is_none(client: Any, key_id: str) -> None:
    """``{}`` and nothing are the same."""
    with_empty = encrypt(client, key_id, EncryptionContext={})
    without = encrypt(client, key_id)

    assert client.decrypt(CiphertextBlob=with_empty)["Plaintext"] == b"secret"
    decrypted = client.decrypt(CiphertextBlob=without, EncryptionContext={})
    assert decrypted["Plaintext"] == b"secret"


def test_context_may_be_long(client: Any, key_id: str) -> None:
    """The model sets no limit; the blob does not grow with it."""
    context = {f"key{number}": "x" * 300 for number in range(30)}

    blob = encrypt(client, key_id, bytes(32), EncryptionContext=context)

    assert len(blob) == 184
    assert client.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == bytes(32)


# The key of the request and that of the ciphertext.


@pytest.mark.parametrize("change", ["enable_key", "disable_key", "schedule_key_deletion"])
def test_key_must_be_the_one_that_encrypted(
    client: Any, key_id: str, error_response: Any, change: str
) -> None:
    """The wrong key wins over its state. Source: errors.csv, decrypt-wrong-key-other."""
    blob = encrypt(client, key_id)
    other = new_key(client)
    getattr(client, change)(KeyId=other)

    response = error_response(client.decrypt, CiphertextBlob=blob, KeyId=other)

    assert response["Error"] == {"Code": "IncorrectKeyException", "Message": WRONG_KEY}
    assert response["message"] == WRONG_KEY


def test_named_key_is_looked_up_first(client: Any, key_id: str, refusal: Any) -> None:
    """A KeyId that leads nowhere is NotFoundException, whatever the ciphertext is."""
    for blob in (encrypt(client, key_id), b"garbage"):
        error = refusal(client.decrypt, CiphertextBlob=blob, KeyId="alias/none")

        assert error.code == "NotFoundException"


@pytest.mark.parametrize("algorithm", ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"])
def test_symmetric_key_has_no_other_algorithm(
    client: Any, key_id: str, refusal: Any, algorithm: str
) -> None:
    """The algorithm must be one of the key's spec."""
    blob = encrypt(client, key_id)
    expected = (
        "InvalidKeyUsageException",
        f"Algorithm {algorithm} is incompatible with key spec SYMMETRIC_DEFAULT.",
    )

    encrypted = refusal(client.encrypt, KeyId=key_id, Plaintext=b"x", EncryptionAlgorithm=algorithm)
    re_encrypted = refusal(
        client.re_encrypt,
        CiphertextBlob=blob,
        DestinationKeyId=key_id,
        DestinationEncryptionAlgorithm=algorithm,
    )

    assert encrypted == re_encrypted == expected


def test_grant_token_that_was_never_given_out(client: Any, key_id: str, refusal: Any) -> None:
    """It is refused, rather than ignored."""
    error = refusal(client.encrypt, KeyId=key_id, Plaintext=b"x", GrantTokens=["none"])

    assert error.code == "InvalidGrantTokenException"


# ReEncrypt.


def test_re_encrypt_answers_for_both_keys(client: Any, key_id: str) -> None:
    """KeyId is the destination's ARN, SourceKeyId the source's."""
    destination = new_key(client)
    blob = encrypt(client, key_id)
    materials = {
        name: client.describe_key(KeyId=name)["KeyMetadata"].get("CurrentKeyMaterialId")
        for name in (key_id, destination)
    }

    response = client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=destination)

    moved = response.pop("CiphertextBlob")
    del response["ResponseMetadata"]
    expected = {
        "KeyId": arn_of(destination),
        "SourceKeyId": arn_of(key_id),
        "SourceEncryptionAlgorithm": SYMMETRIC,
        "DestinationEncryptionAlgorithm": SYMMETRIC,
        "SourceKeyMaterialId": materials[key_id],
        "DestinationKeyMaterialId": materials[destination],
    }
    assert response == known("ReEncrypt", expected)
    decrypted = client.decrypt(CiphertextBlob=moved, KeyId=destination)
    assert decrypted["Plaintext"] == b"secret"
    assert len(moved) == len(blob)


def test_re_encrypt_changes_the_context(client: Any, key_id: str, refusal: Any) -> None:
    """Also under the same key. The old context is asked for, the new one used."""
    blob = encrypt(client, key_id, EncryptionContext={"tenant": "7"})

    moved = client.re_encrypt(
        CiphertextBlob=blob,
        SourceKeyId=key_id,
        SourceEncryptionContext={"tenant": "7"},
        DestinationKeyId=key_id,
        DestinationEncryptionContext={"tenant": "8"},
    )["CiphertextBlob"]

    decrypted = client.decrypt(CiphertextBlob=moved, EncryptionContext={"tenant": "8"})
    assert decrypted["Plaintext"] == b"secret"
    for context in ({"tenant": "7"}, {}):
        response = refusal(client.decrypt, CiphertextBlob=moved, EncryptionContext=context)
        assert response.code == "InvalidCiphertextException"
    response = refusal(client.re_encrypt, CiphertextBlob=blob, DestinationKeyId=key_id)
    assert response == ("InvalidCiphertextException", "")


def test_re_encrypt_drops_the_context_unless_told(client: Any, key_id: str) -> None:
    """The source's context does not carry over."""
    blob = encrypt(client, key_id, EncryptionContext={"tenant": "7"})

    moved = client.re_encrypt(
        CiphertextBlob=blob, SourceEncryptionContext={"tenant": "7"}, DestinationKeyId=key_id
    )["CiphertextBlob"]

    assert client.decrypt(CiphertextBlob=moved)["Plaintext"] == b"secret"


def test_re_encrypt_takes_every_form_of_key_id(client: Any, key_id: str) -> None:
    """For both keys."""
    blob = encrypt(client, key_id)

    for form in forms(client, key_id):
        response = client.re_encrypt(CiphertextBlob=blob, SourceKeyId=form, DestinationKeyId=form)

        assert response["KeyId"] == response["SourceKeyId"] == arn_of(key_id)


def test_wrong_source_key_wins_over_the_destination(client: Any, key_id: str, refusal: Any) -> None:
    """As recorded: the wrong key is told before anything of the destination."""
    blob = encrypt(client, key_id)
    other, disabled = new_key(client), new_key(client)
    client.disable_key(KeyId=disabled)

    for destination in (disabled, "alias/none"):
        error = refusal(
            client.re_encrypt,
            CiphertextBlob=blob,
            SourceKeyId=other,
            DestinationKeyId=destination,
        )

        assert error == ("IncorrectKeyException", WRONG_KEY)


def test_missing_destination_is_not_found(client: Any, key_id: str, refusal: Any) -> None:
    """By an alias, the alias is missing."""
    error = refusal(
        client.re_encrypt, CiphertextBlob=encrypt(client, key_id), DestinationKeyId="alias/none"
    )

    assert error == (
        "NotFoundException",
        "Alias arn:aws:kms:us-east-1:123456789012:alias/none is not found.",
    )


def test_re_encrypting_garbage_is_invalid(client: Any, key_id: str, refusal: Any) -> None:
    """As for Decrypt."""
    error = refusal(client.re_encrypt, CiphertextBlob=b"garbage", DestinationKeyId=key_id)

    assert error == ("InvalidCiphertextException", "")

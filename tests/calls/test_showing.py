"""What is shown of a parameter, and what never is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock import Key, KmsMock
from pytest_kmsmock.calls.showing import shown_value

SECRET = "hunter2-the-password"


def failure(claim: Callable[[], None]) -> str:
    """Return what *claim* fails with."""
    with pytest.raises(AssertionError) as caught:
        claim()
    return str(caught.value)


def test_plaintext_is_never_shown(kms: KmsMock, client: Any, key: Key) -> None:
    """Not by `repr`, not by a failure, also where the author asked for it."""
    data_key = client.generate_data_key(KeyId="alias/app", KeySpec="AES_256")
    blob = client.encrypt(KeyId="alias/app", Plaintext=SECRET)["CiphertextBlob"]
    client.decrypt(CiphertextBlob=blob)
    random = client.generate_random(NumberOfBytes=32)
    resources = kms._backend.registry.state.all_resources()

    shown = [
        repr(kms),
        repr(kms.calls),
        repr(kms.calls[0]),
        repr(key),
        repr(kms.keys),
        repr(resources),
        *(repr(value) for each in resources for value in each.keys),
        failure(lambda: kms.calls.assert_not_called()),
        failure(lambda: kms.calls.assert_not_called(Plaintext=SECRET)),
        failure(lambda: kms.calls.assert_not_called(Plaintext=SECRET.encode())),
        failure(lambda: kms.calls.assert_not_called("Encrypt", Plaintext=SECRET)),
        failure(lambda: kms.calls.assert_called("Encrypt", Plaintext=SECRET + "!")),
        failure(lambda: kms.calls.assert_called("Decrypt", Plaintext=SECRET, KeyId="x"))
        if "Plaintext" in kms.calls("Decrypt")[0].params
        else "",
        failure(lambda: kms.calls.assert_called("GenerateRandom", times=3)),
    ]

    (material,) = (value.material for each in resources for value in each.keys)
    secrets = [
        SECRET,
        SECRET[:8],
        repr(data_key["Plaintext"])[2:-1],
        repr(random["Plaintext"])[2:-1],
        data_key["Plaintext"].hex(),
    ]
    assert not [
        (text, secret) for text in [*shown, repr(material)] for secret in secrets if secret in text
    ]


@pytest.mark.parametrize(
    ("value", "secret", "said"),
    [
        (b"", False, "<0 bytes>"),
        (b"x", False, "<1 byte>"),
        (bytearray(2), False, "<2 bytes>"),
        (b"xy", True, "<2 bytes>"),
        ("xy", True, "<2 bytes>"),
        ("xy", False, "'xy'"),
        (5, False, "5"),
        (5, True, "<secret>"),
        ({"tenant": "42", "blob": b"x"}, False, "{'tenant': '42', 'blob': <1 byte>}"),
        ({"AccessKeyId": "x"}, True, "<secret>"),
    ],
)
def test_bytes_are_shown_by_their_length(value: object, secret: bool, said: str) -> None:
    """So is text that the model calls sensitive; the rest of what is sensitive is not shown."""
    assert shown_value(value, secret) == said

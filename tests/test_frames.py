"""Frames of the package forget what they computed with, when an error is shown."""

from __future__ import annotations

import json
import sys
import traceback
import unittest.mock
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pytest_kmsmock import KmsMock, mock_kms
from pytest_kmsmock.crypto import wrapping
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.frames import forget, is_of_package

SECRET = b"hunter2-"
# As a request has it.
IN_BASE64 = "aHVudGVy"


class OutOfTime(BaseException):
    """Comes at any moment, as the error of a signal handler does."""


def interrupted(work: Callable[[], object]) -> Iterator[BaseException]:
    """Yield the error of *work* interrupted, at each moment at which a secret is at hand."""
    moment = 0
    while True:
        left = moment

        def interrupt(frame: FrameType, event: str, called: Any) -> None:
            nonlocal left
            # A lock is let go of before a signal is looked at.
            is_moment = event == "c_call" and called.__name__ not in ("__exit__", "release")
            if is_moment and is_beneath_package(frame) and has_secret(frame):
                left -= 1
                if left < 0:
                    sys.setprofile(None)
                    raise OutOfTime

        sys.setprofile(interrupt)
        try:
            work()
        except OutOfTime as error:
            yield error
        else:
            return
        finally:
            sys.setprofile(None)
        moment += 1


def is_others(frame: FrameType) -> bool:
    """Tell whether *frame* is a test's or botocore's, whose values are the application's."""
    file = frame.f_code.co_filename
    return file == __file__ or "/botocore/" in file


def is_beneath_package(frame: FrameType | None) -> bool:
    while frame is not None and not is_others(frame):
        if "pytest_kmsmock" in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False


def has_secret(frame: FrameType) -> bool:
    return not is_others(frame) and any(map(shows_secret, dict(frame.f_locals).values()))


def shows_secret(value: object) -> bool:
    try:
        shown = repr(value)
    except Exception:  # of an object that is only being made
        return False
    return SECRET.decode() in shown or IN_BASE64 in shown


def frames(error: BaseException) -> list[FrameType]:
    return [frame for frame, _ in traceback.walk_tb(error.__traceback__)]


def private_key() -> bytes:
    key = ec.derive_private_key(int.from_bytes(SECRET * 4), ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def encrypt(kms: KmsMock) -> object:
    return kms.key("alias/app").encrypt(SECRET)


def encrypt_by_a_client(kms: KmsMock) -> object:
    return kms.client().encrypt(KeyId="alias/app", Plaintext=SECRET)


def decrypt(kms: KmsMock) -> object:
    blob = kms.key("alias/app").encrypt(SECRET)
    return kms.client().decrypt(CiphertextBlob=blob)


def re_encrypt(kms: KmsMock) -> object:
    blob = kms.key("alias/app").encrypt(SECRET)
    return kms.client().re_encrypt(CiphertextBlob=blob, DestinationKeyId="alias/app")


def create_key(kms: KmsMock) -> object:
    return kms.create_key(material=SECRET * 4)


def create_pair(kms: KmsMock) -> object:
    return kms.create_key(spec="ECC_NIST_P256", material=private_key())


def import_material(kms: KmsMock) -> object:
    return kms.create_key(origin="EXTERNAL").import_material(SECRET * 4)


def import_by_a_client(kms: KmsMock) -> object:
    client, key = kms.client(), kms.create_key(origin="EXTERNAL")
    wanted = client.get_parameters_for_import(
        KeyId=key.id, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    )
    return client.import_key_material(
        KeyId=key.id,
        ImportToken=wanted["ImportToken"],
        EncryptedKeyMaterial=wrapping.wrap(
            wanted["PublicKey"], "RSAES_OAEP_SHA_256", SECRET * 4, SYSTEM
        ),
        ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
    )


def mac(kms: KmsMock) -> object:
    key = kms.create_key(spec="HMAC_256", material=SECRET * 4)
    return kms.client().generate_mac(KeyId=key.id, Message=b"message", MacAlgorithm="HMAC_SHA_256")


def sign(kms: KmsMock) -> object:
    key = kms.create_key(spec="ECC_NIST_P256", usage="SIGN_VERIFY", material=private_key())
    return key.sign(b"message")


def create_key_store(kms: KmsMock) -> object:
    cluster = kms.cloudhsm_cluster(password=(SECRET * 2).decode())
    client = kms.client()
    store = client.create_custom_key_store(CustomKeyStoreName=cluster.id, **cluster.parameters)
    return client.connect_custom_key_store(CustomKeyStoreId=store["CustomKeyStoreId"])


def open_(kms: KmsMock) -> object:
    enclave = kms.enclave()
    blob = kms.key("alias/app").encrypt(SECRET)
    answer = kms.client().decrypt(CiphertextBlob=blob, Recipient=enclave.recipient())
    return enclave.open(answer)


WORKS = [
    *(encrypt, encrypt_by_a_client, decrypt, re_encrypt, create_key, create_pair),
    *(import_material, import_by_a_client, mac, sign, create_key_store),
]


@pytest.mark.parametrize(
    ("transport", "work"),
    [
        *(("direct", work) for work in WORKS),
        pytest.param("direct", open_, marks=pytest.mark.extra("nitro")),
        ("wire", encrypt_by_a_client),
        ("wire", import_by_a_client),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_no_frame_keeps_a_secret(work: Callable[[KmsMock], object], transport: str) -> None:
    """At whatever moment it was left, down to the libraries that the package calls."""
    with KmsMock({"transport": transport}) as kms:
        kms.create_key("alias/app")
        work(kms)  # imports what it needs
        count = 0
        for error in interrupted(lambda: work(kms)):
            assert any(map(has_secret, frames(error)))
            forget(error)
            assert not any(map(has_secret, frames(error)))
            count += 1

    assert count > 5


@pytest.fixture
def error(kms: KmsMock) -> BaseException:
    """One that has passed frames of the package with a secret."""
    *_, last = interrupted(lambda: kms.create_key(material=SECRET * 4))
    assert any(map(has_secret, frames(last)))
    return last


def test_those_before_it_are_forgotten_too(error: BaseException) -> None:
    """Whether it was raised from them, or while they were handled, or is a group of them."""
    raised_from, raised_while = ValueError(), ValueError()
    raised_from.__cause__ = BaseExceptionGroup("several", [ValueError(), error])
    raised_while.__context__ = raised_from
    raised_from.__context__ = raised_while  # a circle

    forget(raised_while)

    assert not any(map(has_secret, frames(error)))


def test_there_can_be_no_error() -> None:
    forget(None)


def test_frames_of_the_test_keep_what_they_have(kms: KmsMock) -> None:
    """Also beneath those of the package, and the libraries that they call."""

    class Value:
        def __eq__(self, other: object) -> bool:
            mine = "value of the test"  # noqa: F841
            return bool(json.loads("no JSON"))

        __hash__ = None  # type: ignore[assignment]

    kms.client().list_keys(Limit=1)
    mine = "value of the test"
    with pytest.raises(json.JSONDecodeError) as caught:
        kms.calls.assert_called("ListKeys", Limit=Value())

    forget(caught.value)

    outer, *ours, inner, library, _, _ = frames(caught.value)
    assert outer.f_locals["mine"] == inner.f_locals["mine"] == mine
    assert library.f_locals["s"] == "no JSON"
    assert ours
    assert not any(dict(frame.f_locals) for frame in ours)


def test_libraries_around_a_decorated_test_keep_what_they_have() -> None:
    """The package calls them, and yet they are the test's."""

    @mock_kms
    @unittest.mock.patch("os.sep", "/")
    def test() -> None:
        json.loads("no JSON")

    with pytest.raises(json.JSONDecodeError) as caught:
        test()

    forget(caught.value)

    kept = {
        frame.f_code.co_name: dict(frame.f_locals)
        for frame in frames(caught.value)
        if not is_of_package(frame)
    }
    assert kept["patched"]["args"] == ()
    assert kept["loads"]["s"] == "no JSON"


@pytest.mark.parametrize(("module", "is_ours"), [("pytest_kmsmock.x", True), ("x", False)])
def test_what_attrs_writes_for_the_package_is_of_the_package(module: str, is_ours: bool) -> None:
    """Older ones give it no module, and it holds what it was given."""
    file = f"<attrs generated init {module}.KeyMaterial>"
    names: dict[str, Any] = {}
    exec(compile("def init(secret): 1 / 0", file, "exec"), names)
    with pytest.raises(ZeroDivisionError) as caught:
        names["init"](SECRET)

    forget(caught.value)

    assert has_secret(frames(caught.value)[-1]) is not is_ours

"""What the service did not foresee is a bug of its own, and it says so."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from pytest_kmsmock import KmsMock, KmsMockError
from pytest_kmsmock.crypto.extras import MissingExtra
from pytest_kmsmock.service.api.errors import ValidationException
from pytest_kmsmock.service.misuse import NotMockedError
from pytest_kmsmock.service.operations import encryption
from pytest_kmsmock.service.operations.table import OPERATIONS


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


@pytest.mark.parametrize("error", [RuntimeError("x"), RecursionError(), KeyError("x"), OSError()])
def test_an_error_of_python_s_asks_for_a_report(
    kms: KmsMock, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """It tells where, what became of the call, and what to do; the call is not on record."""
    key = kms.create_key()
    client = kms.client()
    monkeypatch.setattr(encryption, "seal", raising(error))

    with pytest.raises(KmsMockError) as caught:
        client.encrypt(KeyId=key.id, Plaintext=b"secret")

    message = str(caught.value)
    assert f"kms:Encrypt: it met a {type(error).__name__} in pytest_kmsmock.service." in message
    assert "changed nothing" in message
    assert "please report it" in message
    assert caught.value.__cause__ is error
    assert not kms.calls


def frames_within(error: BaseException | None) -> list[dict[str, Any]]:
    """Return the local variables of the service's frames that *error* has passed, but the first."""
    assert error is not None
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    names = [str(frame.f_globals.get("__name__")) for frame in frames]
    inner = names.index("pytest_kmsmock.service.service") + 1
    return [frame.f_locals for frame in frames[inner:]]


@pytest.mark.parametrize(
    "error", [NotMockedError("x"), MissingExtra("SM2", "sm2", "sm"), ZeroDivisionError()]
)
@pytest.mark.parametrize("operation", ["Encrypt", "CreateGrant"])
def test_no_error_of_the_service_keeps_what_was_computed_with(
    kms: KmsMock, monkeypatch: pytest.MonkeyPatch, error: Exception, operation: str
) -> None:
    """Whoever shows it, as `unittest --locals` does, would show plaintext and key material."""
    key = kms.create_key()
    row = attrs.evolve(OPERATIONS[operation], act=raising(error))
    monkeypatch.setitem(OPERATIONS, operation, row)
    params: Any = {
        "Encrypt": {"Plaintext": b"secret"},
        "CreateGrant": {
            "GranteePrincipal": "arn:aws:iam::123456789012:root",
            "Operations": ["Encrypt"],
        },
    }[operation]

    with pytest.raises(KmsMockError) as caught:
        kms.client()._make_api_call(operation, {"KeyId": key.id, **params})

    for each in {caught.value, error}:
        assert not any(frames_within(each))


def test_its_frames_tell_no_secret(kms: KmsMock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports print the local variables of frames; these are empty then."""
    key = kms.create_key()
    monkeypatch.setattr(encryption, "seal", raising(RuntimeError()))

    with pytest.raises(KmsMockError) as caught:
        key.encrypt(b"secret")

    cause = caught.value.__cause__
    assert cause is not None
    inner = [frame for frame, _ in traceback.walk_tb(cause.__traceback__)][1:]
    assert inner
    assert [frame.f_locals for frame in inner] == [{}] * len(inner)


@pytest.mark.parametrize(
    "error", [ValidationException("x"), NotMockedError("x"), KeyboardInterrupt(), SystemExit()]
)
def test_other_errors_stay_what_they_are(
    kms: KmsMock, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """AWS's, the test author's, and what stops the run."""
    key = kms.create_key()
    monkeypatch.setattr(encryption, "seal", raising(error))
    expected: Any = ValidationException if isinstance(error, ValidationException) else type(error)
    if expected is ValidationException:
        expected = kms.client().exceptions.ClientError

    with pytest.raises(expected) as caught:
        key.encrypt(b"secret")

    assert "report" not in str(caught.value)


@pytest.mark.parametrize("transport", ["direct", "wire"])
def test_a_test_fails_for_it_though_the_application_caught_it(
    pytester: pytest.Pytester, no_other_plugins: None, transport: str
) -> None:
    """As for every error that is meant for the test."""
    pytester.makepyfile(
        f"""
        import pytest
        from pytest_kmsmock.service.operations import encryption

        @pytest.mark.kms(transport={transport!r})
        def test_it(kms, monkeypatch):
            monkeypatch.setattr(encryption, "seal", None)
            app(kms.client(), kms.create_key().id)

        def app(client, key_id):
            try:
                client.encrypt(KeyId=key_id, Plaintext=b"x")
            except Exception:
                pass
        """
    )

    result = pytester.runpytest_inprocess("-p", "pytest_kmsmock.plugin")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*did not foresee this call of kms:Encrypt*"])

"""What a test schedules to go wrong, and what is said of a schedule that makes no sense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
)
from calling import code_of, once

from pytest_kmsmock import KmsMock, KmsMockError
from pytest_kmsmock.faults import possible_errors


def codes_of(number: int, method: Callable[..., Any]) -> list[str]:
    """Call *method* so often; return the error's code each time, or nothing if it went well."""
    codes = []
    for _ in range(number):
        try:
            method()
            codes.append("")
        except ClientError as error:
            codes.append(error.response["Error"]["Code"])
    return codes


def test_a_star_is_every_operation(kms: KmsMock) -> None:
    kms.throttle(times=2)
    client = once(kms)

    assert codes_of(1, client.list_keys) == ["ThrottlingException"]
    assert codes_of(2, client.list_aliases) == ["ThrottlingException", ""]


def test_a_star_spares_operations_that_cannot_answer_so(kms: KmsMock) -> None:
    """GenerateRandom is about no key, so none can be disabled."""
    kms.create_key(alias="alias/app")
    kms.fail("*", "DisabledException")
    client = once(kms)

    client.generate_random(NumberOfBytes=1)

    assert code_of(client.encrypt, KeyId="alias/app", Plaintext=b"x") == "DisabledException"


def test_a_fault_can_be_called_off(kms: KmsMock) -> None:
    """From then on nothing happens."""
    fault = kms.throttle("ListKeys", times=None)
    client = once(kms)
    assert codes_of(2, client.list_keys) == ["ThrottlingException"] * 2

    fault.cancel()

    assert codes_of(2, client.list_keys) == ["", ""]
    assert fault.fired == 2


def test_a_handle_meets_no_faults(kms: KmsMock) -> None:
    """Nor is it on record: it is the test's own."""
    key = kms.create_key()
    kms.throttle(times=None, allow_unused=True)

    key.disable()
    key.enable()

    assert key.decrypt(key.encrypt(b"x")) == b"x"
    assert not kms.calls


def test_the_text_can_be_the_tests_own(kms: KmsMock) -> None:
    kms.fail("ListKeys", "KMSInternalException", message="Größeres Problem")

    with pytest.raises(ClientError) as caught:
        once(kms).list_keys()

    assert caught.value.response["Error"]["Message"] == "Größeres Problem"


# What makes no sense.


def test_an_error_that_the_operation_never_has_is_refused(kms: KmsMock) -> None:
    """With the list of those that it has, and the nearest of them."""
    with pytest.raises(KmsMockError) as caught:
        kms.fail("ListKeys", "AccessDenied")

    message = str(caught.value)
    assert "kms:ListKeys never answers with 'AccessDenied'" in message
    assert "Did you mean 'AccessDeniedException'?" in message
    for code in possible_errors("ListKeys"):
        assert code in message
    assert "DisabledException" not in message


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (lambda kms: kms.fail("decrypt", "DisabledException"), "Did you mean 'Decrypt'?"),
        (lambda kms: kms.fail("list_keys", "DisabledException"), "Did you mean 'ListKeys'?"),
        (lambda kms: kms.fail("*", "Oops"), "no operation of KMS answers with 'Oops'"),
        (lambda kms: kms.fail("ListKeys", ValueError), "ValueError"),
        (lambda kms: kms.fail("ListKeys", "InternalFailure", message=5), "message"),
        (lambda kms: kms.throttle(2), "KMS has no operation 2"),
        (lambda kms: kms.throttle("ListKeys", 0), "times=0"),
        (lambda kms: kms.throttle("ListKeys", True), "times=True"),
        (lambda kms: kms.throttle("ListKeys", 1.5), "times=1.5"),
        (lambda kms: kms.throttle("ListKeys", after=-1), "after=-1"),
        (lambda kms: kms.throttle("ListKeys", key="alias/none"), "there is no key 'alias/none'"),
        (lambda kms: kms.delay("ListKeys", -1), "seconds=-1"),
        (lambda kms: kms.delay("ListKeys", "1"), "seconds='1'"),
        (lambda kms: kms.delay("ListKeys", float("nan")), "seconds=nan"),
        (lambda kms: kms.delay("ListKeys", float("inf")), "seconds=inf"),
        (lambda kms: kms.disconnect("ListKeys", "lost"), "refused, read-timeout, closed"),
    ],
)
def test_what_could_never_happen_is_refused(
    kms: KmsMock, schedule: Callable[[KmsMock], Any], words: str
) -> None:
    """At once, and in words that say what to write; nothing is scheduled then."""
    with pytest.raises(KmsMockError) as caught:
        schedule(kms)

    assert words in str(caught.value)
    assert codes_of(1, once(kms).list_keys) == [""]


def test_the_refusal_ends_at_the_authors_line(kms: KmsMock) -> None:
    with pytest.raises(KmsMockError) as caught:
        kms.fail("ListKeys", "Oops")

    hidden = [
        entry.frame.f_locals.get("__tracebackhide__", False) for entry in caught.traceback[1:]
    ]
    assert all(hidden)

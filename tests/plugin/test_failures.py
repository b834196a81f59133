"""The failure sweep: a run of a test for each way in which an operation can fail."""

from __future__ import annotations

import pytest

from pytest_kmsmock import KmsMockError
from pytest_kmsmock.plugin.failures import failures_of
from pytest_kmsmock.service.api.shapes import shapes_of

OF_EVERY_OPERATION = [
    "AccessDeniedException",
    "ThrottlingException",
    "connection-refused",
    "read-timeout",
    "connection-closed",
]


def names_of(*operations: str, **options: object) -> list[str]:
    return [str(each) for each in failures_of(*operations, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize("operation", ["Decrypt", "GenerateDataKey", "CreateKey", "ListKeys"])
def test_an_operation_fails_in_each_way_that_it_declares(operation: str) -> None:
    """And in those of every operation: access denied, throttling, a lost connection."""
    names = [failure.name for failure in failures_of(operation)]

    assert set(names) == {*shapes_of(operation).errors, *OF_EVERY_OPERATION}
    assert len(names) == len(set(names))


def test_each_has_a_name_that_a_person_can_read() -> None:
    """With the operation first, so that `-k` selects them."""
    names = names_of("Decrypt", "Encrypt")

    assert "Decrypt-DisabledException" in names
    assert "Decrypt-connection-refused" in names
    assert "Encrypt-read-timeout" in names
    assert "Encrypt-IncorrectKeyException" not in names


def test_only_keeps_those_that_are_named() -> None:
    names = names_of("Decrypt", "Encrypt", only=["DisabledException", "read-timeout"])

    assert names == [
        "Decrypt-DisabledException",
        "Decrypt-read-timeout",
        "Encrypt-DisabledException",
        "Encrypt-read-timeout",
    ]


def test_exclude_leaves_out_those_that_are_named() -> None:
    left = set(names_of("Decrypt")) - set(names_of("Decrypt", exclude=["DisabledException"]))

    assert left == {"Decrypt-DisabledException"}


def test_one_name_needs_no_list() -> None:
    assert names_of("Decrypt", only="read-timeout") == ["Decrypt-read-timeout"]


@pytest.mark.parametrize(
    ("operations", "options", "words"),
    [
        ((), {}, "kms_failures('Decrypt')"),
        (("decrypt",), {}, "Did you mean 'Decrypt'?"),
        (("Decrypt",), {"only": ["Throttling"]}, "Did you mean 'ThrottlingException'?"),
        (("Decrypt",), {"exclude": ["TagException"]}, "There are AccessDeniedException, "),
        ((["Decrypt"],), {}, "['Decrypt']"),
    ],
)
def test_what_makes_no_sense_is_refused(
    operations: tuple[str, ...], options: dict[str, list[str]], words: str
) -> None:
    """With the names that there are."""
    with pytest.raises(KmsMockError) as caught:
        failures_of(*operations, **options)

    assert words in str(caught.value)


def test_to_leave_nothing_is_refused() -> None:
    """A test without any run would pass unseen."""
    with pytest.raises(KmsMockError):
        failures_of("Decrypt", only=["read-timeout"], exclude=["read-timeout"])

"""The words of refusals that nobody has heard from AWS: those of the table, and no others."""

from __future__ import annotations

import csv

import pytest
import wording

from pytest_kmsmock.service.api import errors

ARN = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def test_each_row_is_of_an_error_that_kms_has() -> None:
    """And there once."""
    with (wording.FACTS / "own_words.csv").open(encoding="utf-8", newline="") as file:
        rows = [tuple(row) for row in csv.reader(line for line in file if line[0] != "#")]

    assert rows[0] == ("code", "message")
    assert rows[1:] == sorted(set(rows[1:]))
    for code, _ in rows[1:]:
        assert issubclass(getattr(errors, code), errors.KmsError)


@pytest.mark.parametrize(
    ("code", "message", "is_known"),
    [
        ("NotFoundException", f"Key '{ARN}' does not exist", True),
        ("NotFoundException", f"Key '{ARN}' does not existX", False),
        ("NotFoundException", "Key 'app' does not exist", False),
        ("DisabledException", f"Key '{ARN}' does not exist", False),
        ("ConflictException", f"A rotation of {ARN} is in progress or about to begin.", True),
        ("ConflictException", f"XA rotation of {ARN} is in progress or about to begin.", False),
        ("ConflictException", "", False),
        ("SerializationException", "", True),
    ],
)
def test_what_tells_other_words_is_found(code: str, message: str, is_known: bool) -> None:
    """The code is its own, and what a row leaves open has a form where it is clear which."""
    assert wording.is_known(code, message) is is_known

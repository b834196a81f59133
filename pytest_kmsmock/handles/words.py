"""Words of KMS's own, which a test compares with no other than such."""

from __future__ import annotations

from typing import cast, get_args

from ..comparing import Word
from ..failures import ERRORS_OF_CLIENTS
from ..faults import ANY, ScheduledError, possible_errors
from ..names import OperationName
from ..service.api.errors import KmsError
from ..service.api.shapes import operation_names
from ..service.values.key import KeyState, MaterialState
from ..service.values.specs import KEY_SPECS, KeySpecName, KeyUsage


# Not a literal, as the others are: a state changes. Of an attribute that is a literal, checkers
# keep in mind what a test has asserted, and take the next assertion for one that cannot hold.
def state(text: str) -> Word:
    return Word(text, "state of a key", lambda: get_args(KeyState))


def spec(text: str) -> KeySpecName:
    return cast("KeySpecName", Word(text, "key spec", lambda: KEY_SPECS))


def usage(text: str) -> KeyUsage:
    return cast("KeyUsage", Word(text, "key usage", lambda: get_args(KeyUsage)))


def material_state(text: str) -> str:
    return Word(text, "state of key material", lambda: get_args(MaterialState))


def error_code(text: str) -> str:
    return Word(text, "code of an error that KMS answers with", _codes)


def operation(text: str) -> str:
    return Word(text, "operation of KMS", _operations)


def _codes() -> list[str]:
    # By their classes, of which an older botocore does not declare all.
    classes = {each.__name__ for each in KmsError.__subclasses__() if each is not ScheduledError}
    return sorted({*classes, *possible_errors(ANY), *ERRORS_OF_CLIENTS})


def _operations() -> list[str]:
    # Those too that an older botocore does not know, as a test may run with several.
    return sorted({*operation_names(), *get_args(OperationName)})

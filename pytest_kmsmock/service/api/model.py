"""
botocore's model of the KMS API: requests decoded and checked by shape.

Each operation's input shape is compiled once into functions, so that a request
costs a call a member. A newer botocore brings newer members by itself.

Only here does the service touch botocore.
"""

from __future__ import annotations

import binascii
import datetime as dt
import functools
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape

from .errors import SerializationException, ValidationException
from .times import milliseconds

Params = dict[str, Any]
# (value from JSON, path, violations found so far) -> value for Python
_Decoder = Callable[[Any, str, list[str]], Any]

# Offsets of local time change only at whole quarters of an hour; in seconds.
_STEP_SECONDS: Final = 900

# AWS checks more than the public model says. Effective bounds, by operation
# and member. Source: the operations' documentation in the model.
_BOUNDS: Final[Mapping[tuple[str, str], tuple[int, int]]] = {
    ("ScheduleKeyDeletion", "PendingWindowInDays"): (7, 30),
    ("ListAliases", "Limit"): (1, 100),
    ("ListGrants", "Limit"): (1, 100),
    ("ListRetirableGrants", "Limit"): (1, 100),
    ("ListResourceTags", "Limit"): (1, 50),
}
_ANY_ASCII: Final = r"^\p{ASCII}+$"
_PATTERNS: Final[Mapping[str, str]] = {"KeyIdType": _ANY_ASCII}
# Members that the model calls optional because IGNORE_CIPHERTEXT makes them so.
_REQUIRED_UNLESS_MODIFIED: Final[Mapping[str, str]] = {
    "Decrypt": "CiphertextBlob",
    "ReEncrypt": "CiphertextBlob",
}

# Members of responses that some supported botocore lacks; newer ones bring them all.
_NEWER_MEMBERS: Final = frozenset(
    (
        *("CurrentKeyMaterialId", "DestinationKeyMaterialId", "KeyMaterialId"),
        *("SourceKeyMaterialId", "ImportState", "KeyMaterialDescription", "KeyMaterialState"),
        *("EncapsulationAlgorithms", "VpcEndpointServiceOwner"),
        *("GranteeServicePrincipal", "RetiringServicePrincipal", "SourceArn"),
    )
)

# The lists of allowed values as AWS prints them, where they are known to differ
# from the model's: in order, by age, and for a data key altogether.
_ENCRYPTION_ALGORITHMS: Final = "RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, SM2PKE, SYMMETRIC_DEFAULT"
_PRINTED_VALUES_OF_SHAPE: Final[Mapping[str, str]] = {
    "EncryptionAlgorithmSpec": _ENCRYPTION_ALGORITHMS,
    "DataKeySpec": (
        "RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, "
        "ECC_SECG_P256K1, ECC_NIST_EDWARDS25519, SYMMETRIC_DEFAULT, HMAC_224, HMAC_256, "
        "HMAC_384, HMAC_512, SM2, ML_DSA_44, ML_DSA_65, ML_DSA_87"
    ),
    "KeySpec": (
        "RSA_2048, ECC_NIST_P384, ECC_NIST_P256, ECC_NIST_P521, HMAC_384, RSA_3072, "
        "ECC_SECG_P256K1, RSA_4096, SYMMETRIC_DEFAULT, HMAC_256, HMAC_224, HMAC_512"
    ),
    "KeyUsageType": "ENCRYPT_DECRYPT, SIGN_VERIFY, GENERATE_VERIFY_MAC",
    "SigningAlgorithmSpec": (
        "RSASSA_PSS_SHA_256, RSASSA_PSS_SHA_384, RSASSA_PSS_SHA_512, "
        "RSASSA_PKCS1_V1_5_SHA_256, RSASSA_PKCS1_V1_5_SHA_384, RSASSA_PKCS1_V1_5_SHA_512, "
        "ECDSA_SHA_256, ECDSA_SHA_384, ECDSA_SHA_512, ED25519_SHA_512, ED25519_PH_SHA_512, "
        "SM2DSA, ML_DSA_SHAKE_256"
    ),
    "MacAlgorithmSpec": "HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512",
}


class OperationShapes:
    """
    The request and the response of one operation.

    Attributes:
        members: The request's members by name.
        trims: This botocore may lack members that the service answers with.
        errors: The codes that the operation declares.
        has_containers: The response can have lists or structures in it.
    """

    def __init__(self, model: ServiceModel, operation: str) -> None:
        operation_model = model.operation_model(operation)
        self.name = operation
        self.trims = not _has_newer_members()
        shape = operation_model.input_shape
        self.members: Mapping[str, Shape] = {} if shape is None else shape.members
        # With the name itself: one string for all requests on record.
        self._decoders = {
            name: (name, _compile(member, _BOUNDS.get((operation, name))))
            for name, member in self.members.items()
        }
        self._required_names = () if shape is None else tuple(shape.required_members)
        self._required_unless_modified = _REQUIRED_UNLESS_MODIFIED.get(operation)
        self.errors = frozenset(error.name for error in operation_model.error_shapes)
        output = operation_model.output_shape
        self._output: Mapping[str, Shape] = {} if output is None else output.members
        self.has_containers = any(
            isinstance(member, ListShape | MapShape | StructureShape)
            for member in self._output.values()
        )
        self._output_names = frozenset(self._output)
        self._output_structures = [
            (name, frozenset(member.members))
            for name, member in self._output.items()
            if isinstance(member, StructureShape)
        ]
        self._output_entries = [
            (name, frozenset(member.member.members))
            for name, member in self._output.items()
            if isinstance(member, ListShape) and isinstance(member.member, StructureShape)
        ]

    def decode(self, body: Mapping[str, Any], params: Params) -> None:
        """
        Put the members of *body*, a request in JSON, into *params* as Python values.

        Unknown members and nulls are left out.

        Raises:
            SerializationException: A member has another type than its shape.
            ValidationException: Members break constraints; all are counted.
        """
        violations: list[str] = []
        decoders = self._decoders
        for name, value in body.items():
            if value is not None and name in decoders:
                known, decode = decoders[name]
                params[known] = decode(value, name, violations)
        for name in self._required_names:
            if name not in params:
                violations.append(name)  # noqa: PERF401 - a comprehension costs a call
        optional = self._required_unless_modified
        if optional and optional not in params and not ignores_ciphertext(params):
            violations.append(optional)
        if violations:
            raise self._violations_of(body)

    def trim(self, response: Params) -> Params:
        """Return *response* without the members that this botocore does not know."""
        if not response.keys() <= self._output_names:
            response = {
                name: value for name, value in response.items() if name in self._output_names
            }
        for name, known in self._output_structures:
            inner = response.get(name)
            if inner is not None and not known >= inner.keys():
                response[name] = {k: v for k, v in inner.items() if k in known}
        for name, known in self._output_entries:
            entries = response.get(name) or ()
            if not all(known >= entry.keys() for entry in entries):
                response[name] = [
                    {k: v for k, v in entry.items() if k in known} for entry in entries
                ]
        return response

    def _violations_of(self, body: Mapping[str, Any]) -> ValidationException:
        """Return the error that lists all violations, in the order of the model."""
        found: list[str] = []
        required = {*self._required_names, self._required_unless_modified}
        for name, shape in self.members.items():
            value = body.get(name)
            if value is not None:
                self._decoders[name][1](value, _camel(name), found)
            elif name in required:
                found.append(_missing(shape, _camel(name)))
        return validation_error(found)


@functools.cache
def service_model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("kms", "service-2"), "kms")


@functools.cache
def _has_newer_members() -> bool:
    shapes = (service_model().shape_for(name) for name in service_model().shape_names)
    known = {name for shape in shapes for name in getattr(shape, "members", ())}
    return known >= _NEWER_MEMBERS


@functools.cache
def shapes_of(operation: str) -> OperationShapes:
    return OperationShapes(service_model(), operation)


@functools.cache
def declared_errors() -> frozenset[str]:
    """Return the codes that the model declares; botocore shows their message twice."""
    return frozenset(shape.name for shape in service_model().error_shapes)


def validation_error(violations: Iterable[str]) -> ValidationException:
    """Return the error that AWS's model check answers with, for *violations*."""
    found = list(violations)
    errors = "error" if len(found) == 1 else "errors"
    return ValidationException(f"{len(found)} validation {errors} detected: {'; '.join(found)}")


def missing_member(operation: str, member: str) -> ValidationException:
    """Return the error for *member*, which only this request of *operation* needs."""
    shape = shapes_of(operation).members[member]
    return validation_error([_missing(shape, _camel(member))])


def timestamp(seconds: float) -> dt.datetime:
    """Return *seconds* since the epoch as botocore shows it: aware, in local time."""
    # The names change with the local zone, and freezegun has a class of its own.
    return _local_time(seconds, time.tzname, dt.datetime)


@functools.lru_cache(maxsize=1024)
def _local_time(seconds: float, names: tuple[str, str], class_: Any) -> dt.datetime:
    kept = milliseconds(seconds) / 1000
    shown: dt.datetime = class_.fromtimestamp(kept, _zone(kept // _STEP_SECONDS, names))
    return shown


# For each time anew to ask the system costs more than the rest of an answer.
@functools.lru_cache(maxsize=1024)
def _zone(step: float, names: tuple[str, str]) -> dt.timezone:
    """
    Return the zone in which local time is during the step of that number since the epoch.

    Args:
        names: Those of the local zone: with another one, there is another answer.
    """
    offset = time.localtime(step * _STEP_SECONDS).tm_gmtoff
    return dt.timezone(dt.timedelta(seconds=offset))


def ignores_ciphertext(params: Params) -> bool:
    """Tell whether *params* are a dry run that leaves the ciphertext out of account."""
    return bool(params.get("DryRun")) and "IGNORE_CIPHERTEXT" in params.get("DryRunModifiers", ())


def _compile(shape: Shape, bounds: tuple[int, int] | None = None) -> _Decoder:
    low, high = bounds or (shape.metadata.get("min"), shape.metadata.get("max"))
    match shape.type_name:
        case "string":
            return _string(shape, low, high)
        case "blob":
            return _blob(shape, low, high)
        case "integer":
            return _integer(low, high)
        case "boolean":
            return _boolean
        case "timestamp":
            return _timestamp
        case "list":
            assert isinstance(shape, ListShape)
            return _list(shape, low, high)
        case "map":
            assert isinstance(shape, MapShape)
            return _map(shape)
        case "structure":
            assert isinstance(shape, StructureShape)
            return _structure(shape)
    raise TypeError(f"the model of KMS has a shape of an unknown type: {shape!r}")


def _string(shape: Shape, low: int | None, high: int | None) -> _Decoder:
    pattern, enum = _pattern(shape), _enum(shape)
    matches = _quick_matcher(pattern) if pattern else None
    minimum, maximum = low or 0, high or float("inf")
    shows_value = not _is_sensitive(shape)
    constraints = _string_constraints(shape, low, high)

    def note_violations(value: str, path: str, violations: list[str]) -> str:
        shown = f"'{_printable(value, shape)}' " if shows_value else ""
        for holds, constraint in constraints:
            if not holds(value):
                violations.append(_failed(f"Value {shown}at '{path}'", constraint))
        return value

    def decode(value: Any, path: str, violations: list[str]) -> str:
        if type(value) is not str:
            raise _wrong_type(value, "String")
        if minimum <= len(value) <= maximum and (matches is None or matches(value)):
            return value
        return note_violations(value, path, violations)

    def decode_one_of(value: Any, path: str, violations: list[str]) -> str:
        if type(value) is not str:
            raise _wrong_type(value, "String")
        if value in allowed:
            return value
        return note_violations(value, path, violations)

    if enum is None:
        return decode
    # Those that meet the other constraints too.
    allowed = frozenset(v for v in enum if all(holds(v) for holds, _ in constraints))
    return decode_one_of


def _string_constraints(
    shape: Shape, low: int | None, high: int | None
) -> list[tuple[Callable[[str], object], str]]:
    constraints: list[tuple[Callable[[str], object], str]] = []
    pattern, enum = _pattern(shape), _enum(shape)
    if enum is not None:
        printed = _PRINTED_VALUES_OF_SHAPE.get(shape.name) or ", ".join(enum)
        constraints.append((enum.__contains__, f"Member must satisfy enum value set: [{printed}]"))
    if pattern is not None:
        constraints.append(
            (
                _python(pattern).fullmatch,
                f"Member must satisfy regular expression pattern: {pattern}",
            )
        )
    if high is not None:
        constraints.append((lambda value: len(value) <= high, _longest(high)))
    if low is not None:
        constraints.append((lambda value: len(value) >= low, _shortest(low)))
    return constraints


def _blob(shape: Shape, low: int | None, high: int | None) -> _Decoder:
    minimum, maximum = low or 0, high or float("inf")

    def decode(value: Any, path: str, violations: list[str]) -> bytes:
        if type(value) is not str:
            raise _wrong_type(value, "Blob")
        try:
            decoded = binascii.a2b_base64(value, strict_mode=True)
        except binascii.Error as error:
            raise SerializationException(f"Invalid Base64 at '{_camel(path)}': {error}") from None
        if not minimum <= len(decoded) <= maximum:
            _check_length(len(decoded), low, high, f"Value at '{path}'", violations)
        return decoded

    return decode


def _integer(low: int | None, high: int | None) -> _Decoder:
    def decode(value: Any, path: str, violations: list[str]) -> int:
        if type(value) is not int:
            raise _wrong_type(value, "Integer")
        if high is not None and value > high:
            limit = f"Member must have value less than or equal to {high}"
            violations.append(_failed(f"Value '{value}' at '{path}'", limit))
        if low is not None and value < low:
            limit = f"Member must have value greater than or equal to {low}"
            violations.append(_failed(f"Value '{value}' at '{path}'", limit))
        return value

    return decode


def _boolean(value: Any, path: str, violations: list[str]) -> bool:
    if type(value) is not bool:
        raise _wrong_type(value, "Boolean")
    return value


def _timestamp(value: Any, path: str, violations: list[str]) -> float:
    if type(value) not in (int, float):
        raise _wrong_type(value, "Timestamp")
    return float(value)


def _list(shape: ListShape, low: int | None, high: int | None) -> _Decoder:
    member = shape.member
    decode_member = _compile(member)
    is_scalar = member.type_name == "string"

    def decode(value: Any, path: str, violations: list[str]) -> list[Any]:
        if type(value) is not list:
            raise _wrong_type(value, "List")
        inner: list[str] = []
        decoded = [
            decode_member(item, f"{path}.{number}.member", inner)
            for number, item in enumerate(value, 1)
            if item is not None
        ]
        shown = f"Value '{_java(value)}' at '{path}'"
        if inner and is_scalar:
            violations.append(_failed(shown, _every(member)))
        else:
            violations += inner
        _check_length(len(value), low, high, shown, violations)
        return decoded

    return decode


def _map(shape: MapShape) -> _Decoder:
    decode_key, decode_value = _compile(shape.key), _compile(shape.value)

    def decode(value: Any, path: str, violations: list[str]) -> dict[str, Any]:
        if type(value) is not dict:
            raise _wrong_type(value, "Map")
        return {
            decode_key(key, f"{path}.key", violations): decode_value(
                item, f"{path}.{key}.member", violations
            )
            for key, item in value.items()
        }

    return decode


def _structure(shape: StructureShape) -> _Decoder:
    decoders = {name: _compile(member) for name, member in shape.members.items()}
    required = tuple(shape.required_members)

    def decode(value: Any, path: str, violations: list[str]) -> Params:
        if type(value) is not dict:
            raise _wrong_type(value, "Structure")
        decoded = {}
        for name, decoder in decoders.items():
            item = value.get(name)
            inner_path = f"{path}.{_camel(name)}"
            if item is not None:
                decoded[name] = decoder(item, inner_path, violations)
            elif name in required:
                violations.append(_missing(shape.members[name], inner_path))
        return decoded

    return decode


def _pattern(shape: Shape) -> str | None:
    pattern: str | None = _PATTERNS.get(shape.name) or shape.metadata.get("pattern")
    return pattern


def _python(pattern: str) -> re.Pattern[str]:
    """Return *pattern*, a Java regular expression of the model, as Python's."""
    # Java's \\w is ASCII alone.
    return re.compile(pattern.replace(r"\p{ASCII}", r"[\x00-\x7f]"), re.ASCII)


def _quick_matcher(pattern: str) -> Callable[[str], object]:
    """Return what tells whether a text, not an empty one, matches *pattern*."""
    return str.isascii if pattern == _ANY_ASCII else _python(pattern).fullmatch


def _enum(shape: Shape) -> tuple[str, ...] | None:
    values = shape.enum if isinstance(shape, StringShape) else ()
    return tuple(values) if values else None


def _is_sensitive(shape: Shape) -> bool:
    return bool(shape.metadata.get("sensitive"))


def _check_length(
    length: int, low: int | None, high: int | None, shown: str, violations: list[str]
) -> None:
    if high is not None and length > high:
        violations.append(_failed(shown, _longest(high)))
    if low is not None and length < low:
        violations.append(_failed(shown, _shortest(low)))


def _longest(high: int) -> str:
    return f"Member must have length less than or equal to {high}"


def _shortest(low: int) -> str:
    return f"Member must have length greater than or equal to {low}"


def _every(member: Shape) -> str:
    """Return the constraint that a list of strings fails when one of them does."""
    constraints = _string_constraints(
        member, member.metadata.get("min"), member.metadata.get("max")
    )
    return f"Member must satisfy constraint: [{', '.join(text for _, text in constraints)}]"


def _failed(value: str, constraint: str) -> str:
    return f"{value} failed to satisfy constraint: {constraint}"


def _missing(shape: Shape, path: str) -> str:
    null = "" if _is_sensitive(shape) else "null "
    return _failed(f"Value {null}at '{path}'", "Member must not be null")


def _wrong_type(value: Any, wanted: str) -> SerializationException:
    names = {bool: "BOOLEAN", int: "NUMBER", float: "DECIMAL", str: "STRING", list: "ARRAY"}
    given = f"{names.get(type(value), 'OBJECT')}_VALUE"
    return SerializationException(f"{given} can not be converted to {wanted}")


def _printable(value: str, shape: Shape) -> str:
    """Return *value* as AWS echoes it: a policy's characters beyond Latin-1 become ``?``."""
    if shape.name == "PolicyType":
        return value.encode("latin-1", "replace").decode("latin-1")
    return value


def _java(value: Any) -> str:
    """Return *value* as Java prints it, which is how AWS echoes a list."""
    if isinstance(value, list):
        return f"[{', '.join(map(_java, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_camel(k)}={_java(v)}' for k, v in value.items())}}}"
    return str(value)


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]

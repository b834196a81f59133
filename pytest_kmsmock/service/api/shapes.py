"""
Shapes of the operations, from botocore's model of the KMS API.

Each operation's input shape is compiled once into functions, so that a request
costs a call a member. A newer botocore brings newer members by itself.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from ..misuse import KmsMockError, suggestion
from .decoding import Params, compile_decoder, missing
from .errors import SerializationException, ValidationException
from .violations import camel, validation_error, wrong_type

# KMS has had no other version.
_MODEL: Final = "kms/2014-11-01/service-2"
# AWS checks more than the public model says. Effective bounds, by operation
# and member. Source: the operations' documentation in the model.
_BOUNDS: Final[Mapping[tuple[str, str], tuple[int, int]]] = {
    ("ScheduleKeyDeletion", "PendingWindowInDays"): (7, 30),
    ("ListAliases", "Limit"): (1, 100),
    ("ListGrants", "Limit"): (1, 100),
    ("ListRetirableGrants", "Limit"): (1, 100),
    ("ListResourceTags", "Limit"): (1, 50),
}
# Members that the model calls optional because IGNORE_CIPHERTEXT makes them so.
_REQUIRED_UNLESS_MODIFIED: Final[Mapping[str, str]] = {
    "Decrypt": "CiphertextBlob",
    "ReEncrypt": "CiphertextBlob",
}


class OperationShapes:
    """
    The request and the response of one operation.

    Attributes:
        members: The request's members by name.
        errors: The codes that the operation declares.
        has_containers: The response can have lists or structures in it.
    """

    def __init__(self, model: ServiceModel, operation: str) -> None:
        operation_model = model.operation_model(operation)
        self.name = operation
        shape = operation_model.input_shape
        self.members: Mapping[str, Shape] = {} if shape is None else shape.members
        # With the name itself: one string for all requests on record.
        self._decoders = {
            name: (name, compile_decoder(member, _BOUNDS.get((operation, name))))
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

    def decode(self, body: Any, params: Params) -> None:
        """
        Put the members of *body*, a request in JSON, into *params* as Python values.

        Unknown members and nulls are left out.

        Args:
            body: None if what came was no JSON.

        Raises:
            SerializationException: It is no object, or a member has another type
                than its shape.
            ValidationException: Members break constraints; all are counted.
        """
        if type(body) is not dict:
            # Inferred, as AWS's other services answer it: without a text to what is no JSON.
            raise SerializationException if body is None else wrong_type(body, "Structure")
        violations: list[str] = []
        absent: list[str] = []
        decoders = self._decoders
        for name, value in body.items():
            if value is not None and name in decoders:
                known, decode = decoders[name]
                params[known] = decode(value, name, violations)
        for name in self._required_names:
            if name not in params:
                absent.append(name)  # noqa: PERF401 - a comprehension costs a call
        optional = self._required_unless_modified
        if optional and optional not in params and not ignores_ciphertext(params):
            absent.append(optional)
        if violations or absent:
            raise self._violations_of(body, absent)

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
            if not known.issuperset(itertools.chain.from_iterable(entries)):
                response[name] = [
                    {k: v for k, v in entry.items() if k in known} for entry in entries
                ]
        return response

    def _violations_of(self, body: Params, absent: Sequence[str]) -> ValidationException:
        """Return the error that lists all violations, in the order of the model."""
        found: list[str] = []
        for name, shape in self.members.items():
            value = body.get(name)
            if value is not None:
                self._decoders[name][1](value, camel(name), found)
            elif name in absent:
                found.append(missing(shape, camel(name)))
        return validation_error(found)


@functools.cache
def service_model() -> ServiceModel:
    # By its path: `load_service_model` looks at the folders of all services first.
    return ServiceModel(Loader().load_data(_MODEL), "kms")


@functools.cache
def shapes_of(operation: str) -> OperationShapes:
    return OperationShapes(service_model(), operation)


def checked_operation(name: object) -> str:
    """Return *name*, which the author of a test gave, or raise unless KMS has that operation."""
    __tracebackhide__ = True
    names = service_model().operation_names
    if not isinstance(name, str) or name not in names:
        close = suggestion(str(name).title().replace("_", ""), names)
        raise KmsMockError(f"KMS has no operation {name!r}.{close}")
    return name


def operation_names() -> list[str]:
    """Return the names of all operations."""
    return list(service_model().operation_names)


# Members that the oldest botocore that is supported does not have, and a newer one has: a test
# that runs with both may ask for them.
_NEWER: Final = frozenset(
    {
        *("CurrentKeyMaterialId", "DestinationKeyMaterialId", "DryRunModifiers"),
        *("EncapsulationAlgorithm", "EncapsulationAlgorithms", "GranteeServicePrincipal"),
        *("ImportType", "IncludeKeyMaterial", "KeyCreationDate", "KeyLastUsage"),
        *("KeyMaterialDescription", "KeyMaterialId", "ResourceOwners", "RetiringServicePrincipal"),
        *("SharedSecretCiphertextBlob", "SourceKeyMaterialId", "TrackingStartDate"),
        "XksProxyVpcEndpointServiceOwner",
    }
)


@functools.cache
def member_names() -> frozenset[str]:
    """Return the names of the members of all requests and responses."""
    operations = map(service_model().operation_model, service_model().operation_names)
    shapes = (shape for each in operations for shape in (each.input_shape, each.output_shape))
    names = (name for shape in shapes if shape is not None for name in shape.members)
    return _NEWER.union(names)


@functools.cache
def metadata_names() -> frozenset[str]:
    """Return the names of the members of a key's metadata."""
    metadata = cast("StructureShape", service_model().shape_for("KeyMetadata"))
    return _NEWER.union(metadata.members)


@functools.cache
def declared_errors() -> frozenset[str]:
    """Return the codes that the model declares; botocore shows their message twice."""
    return frozenset(shape.name for shape in service_model().error_shapes)


def missing_member(operation: str, member: str) -> ValidationException:
    """Return the error for *member*, which only this request of *operation* needs."""
    shape = shapes_of(operation).members[member]
    return validation_error([missing(shape, camel(member))])


def ignores_ciphertext(params: Params) -> bool:
    """Tell whether *params* are a dry run that leaves the ciphertext out of account."""
    return bool(params.get("DryRun")) and "IGNORE_CIPHERTEXT" in params.get("DryRunModifiers", ())

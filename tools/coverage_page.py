"""
The coverage page: what of KMS is mocked, and where the mock differs from AWS.

The page is computed from the model of KMS in the installed botocore and from
the package's code. By hand are only the reasons, in `STATED` and `BEHAVIOUR`.

A test fails when the model has something that the service neither handles nor
states as a difference, or states although it handles it.
"""

from __future__ import annotations

import fnmatch
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, get_args, get_type_hints

import attrs
import botocore
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from reached import Reached

from pytest_kmsmock.crypto import wrapping
from pytest_kmsmock.service.api import errors
from pytest_kmsmock.service.api.shapes import service_model, shapes_of
from pytest_kmsmock.service.operations.data_keys import LENGTHS
from pytest_kmsmock.service.operations.operation import Operation
from pytest_kmsmock.service.operations.table import OPERATIONS
from pytest_kmsmock.service.serving import recipients
from pytest_kmsmock.service.values.key import KeyState, KmsKey, MaterialState, RotationType
from pytest_kmsmock.service.values.key_store import CLUSTER_ERRORS, PROXY_ERRORS, ConnectionState
from pytest_kmsmock.service.values.specs import KEY_SPECS, MESSAGE_LENGTHS, KeySpec

PAGE: Final = "docs/coverage.md"


@attrs.frozen
class Stated:
    """
    A difference from AWS, and why it is there.

    Attributes:
        what: Patterns of names, which `inventory` explains.
    """

    why: str
    what: tuple[str, ...]


STATED: Final = (
    Stated(
        "A fault of AWS's machines. The mock raises them when `kms.fail` says so.",
        (
            "* raises DependencyTimeoutException",
            "* raises KMSInternalException",
            "* raises KeyUnavailableException",
            "error DependencyTimeoutException",
            "error KMSInternalException",
            "error KeyUnavailableException",
        ),
    ),
    Stated(
        "No difference: the model declares the error, and AWS is not known to raise it there.",
        (
            "DeleteAlias raises KMSInvalidStateException",
            "EnableKey raises LimitExceededException",
            "GetKeyPolicy raises KMSInvalidStateException",
            "GetKeyRotationStatus raises KMSInvalidStateException",
            "GetPublicKey raises InvalidKeyUsageException",
            "ListGrants raises KMSInvalidStateException",
            "ListKeyPolicies raises KMSInvalidStateException",
            "ListKeyRotations raises KMSInvalidStateException",
            "PutKeyPolicy raises KMSInvalidStateException",
            "PutKeyPolicy raises UnsupportedOperationException",
            "RetireGrant raises KMSInvalidStateException",
            "RevokeGrant raises KMSInvalidStateException",
            "TagResource raises LimitExceededException",
        ),
    ),
)

# What no model tells: the subject, what AWS does, and what the mock does and why.
BEHAVIOUR: Final = (
    (
        "Ciphertexts",
        "A private format.",
        "The same lengths and first bytes, another format: neither opens the other's. "
        "RSA, SM2 and ML-KEM ciphertexts are the standards' and interchangeable.",
    ),
    (
        "Wrapping keys",
        "`GetParametersForImport` answers with another public key each time.",
        "A mock makes four of each wrapping key spec and gives them out in turn; RSA pairs are "
        "slow to make. Each import token opens what was wrapped with its own public key alone.",
    ),
    (
        "Permissions",
        "Policies and grants decide on every call.",
        "They decide on calls of principals, once a test has declared one; "
        "[policies and grants](reference/policies.md) says what is not evaluated. Else each caller "
        "may do everything with the keys of its account, and with another account's what works "
        "across accounts.",
    ),
    (
        "Request quotas",
        "`ThrottlingException` above so many calls a second.",
        "When `kms.throttle` says so: a test must not depend on how fast it runs.",
    ),
    (
        "Resource quotas",
        "Adjustable, by account.",
        "AWS's defaults, adjustable by `kms.quotas`. "
        "What a test makes without calls meets none, and counts.",
    ),
    (
        "AWS managed keys",
        "`ListAliases` lists `alias/aws/…` of services that have no key yet.",
        "Listed with their keys, which are there once they have been described or made by a test, "
        "unless `predefined_aliases` asks for all. "
        "Of some services no recording tells the words of the description, which are ours.",
    ),
    (
        "Order of lists",
        "That of the names for aliases; that of the others is not told.",
        "Aliases by their names, keys by their IDs, both byte by byte; "
        "tags, grants and key stores as they came.",
    ),
    (
        "Principals of grants",
        "Must exist. Only services list the grants of services.",
        "Must be well-formed; `strict_principals` wants them declared. Every caller may filter "
        "by a service principal.",
    ),
    (
        "Consistency",
        "A change is seen everywhere after some seconds.",
        "At once, so that no test has to wait; `eventual_consistency` shows some changes late.",
    ),
    (
        "Transient states",
        "Creating, Updating and a rotation on demand last seconds, connecting a custom key store "
        "minutes.",
        "As long as `transition_seconds` says; by default they are over at the next call.",
    ),
    (
        "Custom key stores",
        "Have a CloudHSM cluster or an external key store proxy behind them.",
        "Those that `kms.cloudhsm_cluster` and `kms.xks_proxy` say. Connecting does not "
        "change the password of `kmsuser`, and the key material is in the mock.",
    ),
    (
        "Principals of policies",
        "Must exist.",
        "Must be well-formed; `strict_principals` wants users and roles declared.",
    ),
    (
        "Public key of a disabled key",
        "The developer guide refuses it; a later report says that it works.",
        "As the guide says: `DisabledException`.",
    ),
    (
        "Error texts",
        "Not published.",
        "As recorded or reported where they are; elsewhere the code is AWS's and the text is ours. "
        "Where recordings of several years show a list of allowed values, the text has theirs.",
    ),
    (
        "Randomness",
        "Of hardware security modules.",
        "Of the operating system. Key pairs are reused by other mocks, "
        "those of RSA also by later runs, never within one mock.",
    ),
    (
        "`ED25519_PH_SHA_512`",
        "Signs the SHA-512 of the digest that it is given.",
        "The same: Ed25519ph of the digest.",
    ),
    (
        "ML-DSA, ML-KEM, Ed25519ph, SM2",
        "Always there.",
        "Need an extra of the package: `cryptography` lacks them, or its older versions do.",
    ),
    (
        "Attestation documents",
        "Signed by Nitro hardware, under the root of trust of AWS.",
        "Made by `kms.enclave()`, under a root of the mock; those of another root are refused, "
        "as AWS refuses them, until `kms.trust_attestation_root` names it. "
        "They are read before the key is looked for. Need the extra `nitro`.",
    ),
    (
        "Records",
        "CloudTrail, CloudWatch, EventBridge.",
        "`kms.calls`.",
    ),
)


def inventory() -> dict[str, bool]:
    """
    Return what the model has, by a name each, and whether the service handles it.

    Names are ``CreateGrant``, an operation; ``Decrypt takes Recipient`` and
    ``Decrypt returns KeyMaterialId``, members of a mocked operation;
    ``Sign raises DisabledException``, an error that it declares;
    ``error TagException``, one that any operation declares; and
    ``KeySpec RSA_2048``, a value of a type.
    """
    model = service_model()
    found = {f"error {shape.name}": hasattr(errors, shape.name) for shape in model.error_shapes}
    types_seen: dict[str, Shape] = {}
    texts: set[str] = set()
    for name in model.operation_names:
        operation = OPERATIONS.get(name)
        found[name] = operation is not None
        if operation is None:
            continue
        reached = Reached.of(operation)
        texts |= reached.texts
        shapes = shapes_of(operation.name)
        operation_model = model.operation_model(name)
        for member, shape in shapes.members.items():
            found[f"{name} takes {member}"] = mocked = member in reached.texts
            if mocked:
                types_seen |= _types(shape)
        for error in shapes.errors:
            found[f"{name} raises {error}"] = error in reached.errors
        for path, shape in _paths(operation_model.output_shape):
            mocked = set(path.split(".")) <= reached.texts
            found[f"{name} returns {path}"] = mocked
            if mocked:
                types_seen |= _types(shape)
    known = _known_values()
    for shape_name, shape in types_seen.items():
        handled = known.get(shape_name, texts)
        found |= {f"{shape_name} {value}": value in handled for value in _enum(shape)}
    return found


def unstated(found: Mapping[str, bool]) -> list[str]:
    """Return what of *found* the service neither handles nor states."""
    return [name for name, handled in found.items() if not handled and not _reasons(name)]


def falsely_stated(found: Mapping[str, bool]) -> list[str]:
    """Return what of *found* is stated as a difference, and handled."""
    return [name for name, handled in found.items() if handled and _reasons(name)]


def stale(found: Mapping[str, bool]) -> list[str]:
    """Return the patterns that match nothing in *found*."""
    patterns = [pattern for stated in STATED for pattern in stated.what]
    return [pattern for pattern in patterns if not fnmatch.filter(found, pattern)]


def page() -> str:
    """Return the whole page."""
    found = inventory()
    return "\n".join(
        (
            "# Coverage",
            "",
            "What of KMS is mocked, and where the mock differs from AWS.",
            "`tox -e pages` computes this page from the model of KMS in botocore "
            "and from the package's code.",
            "A test fails when a newer botocore has something that is neither mocked nor stated.",
            "",
            f"botocore {_version()}: {_count(found)}.",
            "",
            "## Where the mock differs from AWS",
            "",
            "What is not mocked fails with a `KmsMockError` that names it, instead of pretending.",
            "",
            *_table(("What the model has", "Why the mock does not"), _stated_rows(found)),
            "",
            "What the model does not tell:",
            "",
            *_table(("", "AWS", "The mock"), BEHAVIOUR),
            "",
            "## Key specs and algorithms",
            "",
            *_table(
                ("Key spec", "Key usage", "Algorithms", "Operations", "Data key pair", "Imported"),
                _spec_rows(),
            ),
            "",
            "`GetPublicKey` takes every asymmetric key.",
            f"`GenerateDataKey` makes {_codes(_values('DataKeySpec'))}.",
            f"`GetParametersForImport` takes {_codes(wrapping.ALGORITHMS)} and "
            f"`{wrapping.SM2_ALGORITHM}`, with {_codes(_values('WrappingKeySpec'))}.",
            "",
            "A signing algorithm takes these messages:",
            "",
            *_table(("Signing algorithm", "RAW", "DIGEST", "EXTERNAL_MU"), _message_rows()),
            "",
            "## Operations and errors",
            "",
            "The errors that the model declares for each mocked operation.",
            "Besides, each operation raises `ValidationException`, and `AccessDeniedException` for "
            "what it may not speak of.",
            "",
            *_table(("Operation", "Raises", "Never raises by itself"), _error_rows(found)),
            "",
        )
    )


def without_version(text: str) -> str:
    return re.sub(r"^botocore [0-9.]+: ", "botocore: ", text, flags=re.MULTILINE)


def is_of_a_newer_botocore(text: str) -> bool:
    """Tell whether the page *text* is of a newer botocore than the one that is installed."""
    found = re.search(r"^botocore ([0-9.]+): ", text, re.MULTILINE)
    assert found is not None
    return _numbers(found[1]) > _numbers(_version())


# The model.


def _known_values() -> dict[str, frozenset[str]]:
    """Return the values that the package's tables have, by the type in the model."""
    specs = KEY_SPECS.values()
    algorithms: dict[str, set[str]] = defaultdict(set)
    for spec in specs:
        for usage, names in spec.usages.items():
            algorithms[usage].update(names)
    known: dict[str, Iterable[str]] = {
        "KeySpec": KEY_SPECS,
        "CustomerMasterKeySpec": KEY_SPECS,
        "DataKeyPairSpec": (spec.name for spec in specs if spec.data_key_pair),
        "DataKeySpec": LENGTHS,
        "KeyUsageType": (usage for spec in specs for usage in spec.usages),
        "EncryptionAlgorithmSpec": algorithms["ENCRYPT_DECRYPT"],
        "SigningAlgorithmSpec": algorithms["SIGN_VERIFY"] & MESSAGE_LENGTHS.keys(),
        "MacAlgorithmSpec": algorithms["GENERATE_VERIFY_MAC"],
        "KeyAgreementAlgorithmSpec": algorithms["KEY_AGREEMENT"],
        "EncapsulationAlgorithmSpec": algorithms["ENCAPSULATE_DECAPSULATE"],
        "MessageType": (name for lengths in MESSAGE_LENGTHS.values() for name in lengths),
        "KeyEncryptionMechanism": (recipients.ALGORITHM,),
        # AWS refuses the last one too, and so does the code.
        "AlgorithmSpec": (*wrapping.ALGORITHMS, wrapping.SM2_ALGORITHM, "RSAES_PKCS1_V1_5"),
        "WrappingKeySpec": (spec.name for spec in specs if spec.family in ("rsa", "sm2")),
        "ConnectionErrorCodeType": (*CLUSTER_ERRORS, *PROXY_ERRORS),
        "ConnectionStateType": get_args(ConnectionState),
        # The code asks for the one; the other is what happens without it.
        "IncludeKeyMaterial": ("ALL_KEY_MATERIAL", "ROTATIONS_ONLY"),
        "KeyManagerType": get_args(get_type_hints(KmsKey)["manager"]),
        "KeyMaterialState": get_args(MaterialState),
        "KeyState": get_args(KeyState),
        "RotationType": get_args(RotationType),
    }
    return {name: frozenset(values) for name, values in known.items()}


def _paths(shape: Shape | None, prefix: str = "") -> Iterator[tuple[str, Shape]]:
    """Yield the members of a response, and those of the structures that they are."""
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield f"{prefix}{name}", member
            if not prefix:
                yield from _paths(member, f"{name}.")


def _types(shape: Shape) -> dict[str, Shape]:
    """Return the types with a list of values that *shape* is or holds."""
    if isinstance(shape, ListShape):
        return _types(shape.member)
    if isinstance(shape, MapShape):
        return _types(shape.key) | _types(shape.value)
    if isinstance(shape, StructureShape):
        return {name: each for m in shape.members.values() for name, each in _types(m).items()}
    return {shape.name: shape} if _enum(shape) else {}


def _enum(shape: Shape) -> tuple[str, ...]:
    return tuple(shape.enum) if isinstance(shape, StringShape) else ()


def _reasons(name: str) -> list[str]:
    return [
        stated.why
        for stated in STATED
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in stated.what)
    ]


def _version() -> str:
    return ".".join(botocore.__version__.split(".")[:2])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


# The tables.


def _count(found: Mapping[str, bool]) -> str:
    model = service_model()
    parts = (
        ("operations", [*model.operation_names]),
        ("key specs", [f"KeySpec {name}" for name in _enum(model.shape_for("KeySpec"))]),
        ("errors", [f"error {shape.name}" for shape in model.error_shapes]),
    )
    return ", ".join(
        f"{sum(found[name] for name in names)} of {len(names)} {words}" for words, names in parts
    )


def _stated_rows(found: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
    for stated in STATED:
        names = [
            name
            for name, handled in found.items()
            if not handled and any(fnmatch.fnmatchcase(name, each) for each in stated.what)
        ]
        # The last table has the errors of each operation.
        others = [name for name in names if " raises " not in name]
        yield "; ".join(_grouped(others or names)), stated.why


def _grouped(names: Sequence[str]) -> Iterator[str]:
    """Yield *names* in groups: those that differ in the operation alone are one."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        subject, _, rest = name.partition(" ")
        if rest and subject in OPERATIONS:
            groups[rest].append(subject)
        else:
            groups[""].append(name)
    alone = [_words(name) for name in groups.pop("", [])]
    if alone:
        yield ", ".join(alone)
    for rest, subjects in groups.items():
        verb, _, object_ = rest.partition(" ")
        yield f"{_codes(subjects)}: {verb} `{object_}`"


def _words(name: str) -> str:
    subject, _, rest = name.partition(" ")
    if subject == "error" or not rest:
        return f"`{rest or subject}`"
    return f"{subject} `{rest}`"


def _spec_rows() -> Iterator[tuple[str, ...]]:
    for spec in KEY_SPECS.values():
        for usage, algorithms in spec.usages.items():
            operations = [
                name
                for name, operation in OPERATIONS.items()
                if operation.usage == usage and _serves(operation, spec)
            ]
            yield (
                f"`{spec.name}`" + _REGIONS[spec.regions],
                f"`{usage}`",
                _codes(algorithms),
                _codes(sorted(operations)),
                _yes(spec.data_key_pair),
                _yes(spec.is_importable),
            )


_REGIONS: Final = {
    "all": "",
    "china": " in China Regions",
    "not china": " outside China Regions",
}


def _serves(operation: Operation, spec: KeySpec) -> bool:
    return spec.is_symmetric_encryption or not operation.name.startswith("GenerateDataKey")


def _message_rows() -> Iterator[tuple[str, ...]]:
    for algorithm, lengths in MESSAGE_LENGTHS.items():
        cells = (
            _length(lengths[kind]) if kind in lengths else ""
            for kind in ("RAW", "DIGEST", "EXTERNAL_MU")
        )
        yield f"`{algorithm}`", *cells


def _length(length: int | None) -> str:
    return "1–4096 bytes" if length is None else f"{length} bytes"


def _error_rows(found: Mapping[str, bool]) -> Iterator[tuple[str, str, str]]:
    for name, operation in sorted(OPERATIONS.items()):
        declared = sorted(shapes_of(operation.name).errors)
        yield (
            f"`{name}`",
            _codes(error for error in declared if found[f"{name} raises {error}"]),
            _codes(error for error in declared if not found[f"{name} raises {error}"]),
        )


def _values(shape: str) -> Iterator[str]:
    known = _known_values()[shape]
    return (value for value in _enum(service_model().shape_for(shape)) if value in known)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _yes(value: bool) -> str:
    return "yes" if value else ""

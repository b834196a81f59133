"""
The options of a mock, one table: the marker, `mock_kms`, the ini file, help and docs.

Light: pytest's start imports it.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, TypedDict

ACCOUNT_PATTERN: Final = "[0-9]{12}"
REGION_PATTERN: Final = "([a-z]+-){2,3}[0-9]+"
DEFAULT_ACCOUNT: Final = "123456789012"
DEFAULT_REGION: Final = "us-east-1"

# What the name of a file of keys ends in; any other text is an alias.
SEED_ENDINGS: Final = (".toml", ".yaml", ".yml", ".json")
# What the name of a run's report ends in; anything else is an argument of pytest's.
REPORT_ENDINGS: Final = (".json", ".md", ".html")

# The services that the bridge knows, by their names in botocore.
BRIDGED: Final = (
    *("s3", "ssm", "secretsmanager", "dynamodb", "ec2", "sqs", "sns", "kinesis", "rds"),
    *("lambda", "logs", "cloudformation"),
)

Transport = Literal["direct", "wire"]
Children = Literal["refuse", "share"]
Enforces = bool | Literal["soft"]
CONSISTENCY_SECONDS: Final = 300.0
Check = Callable[[str, Any], Any]
"""Returns a value as the mock has it, or raises `KmsMockError`; the name is for the message."""


def misuse(message: str) -> Exception:
    """Return a `KmsMockError`, whose module pytest's start does not import."""
    from .service.misuse import KmsMockError

    return KmsMockError(message)


def checked_region(name: str, value: Any) -> str:
    __tracebackhide__ = True
    if not isinstance(value, str) or not re.fullmatch(REGION_PATTERN, value):
        raise misuse(f"{name}={value!r} is no AWS Region; write for example 'eu-west-1'.")
    return value


def check_known(name: str, region: str) -> None:
    """Raise unless botocore lists *region*: a client of it would reach nothing."""
    __tracebackhide__ = True
    # Not at the top: see the module docstring.
    from .service.api.regions import known_regions
    from .service.misuse import suggestion

    known = known_regions()
    if region not in known:
        raise misuse(
            f"{name}={region!r} is no Region that the installed botocore lists."
            f"{suggestion(region, sorted(known))} For one that AWS has opened since, update "
            "botocore or set the option unknown_regions."
        )


def checked_account(name: str, value: Any) -> str:
    __tracebackhide__ = True
    if not isinstance(value, str) or not re.fullmatch(ACCOUNT_PATTERN, value):
        raise misuse(f"{name}={value!r} is no account ID; write 12 digits in quotes.")
    return value


def checked_alias(name: str, value: Any) -> str:
    """Return *value*, an alias name of the author's own, or of a service's AWS managed key."""
    __tracebackhide__ = True
    if not isinstance(value, str) or not value.startswith("alias/"):
        written = f"alias/{value}" if isinstance(value, str) else "alias/app"
        raise misuse(
            f"{name}={value!r} is no alias name, since those begin with 'alias/'; "
            f"write {written!r}."
        )
    # Not at the top: see the module docstring.
    from .service.values.identifiers import AWS_ALIAS_PREFIX, is_customer_alias

    if value.startswith(AWS_ALIAS_PREFIX):
        _check_service(name, value)
    elif not is_customer_alias(value):
        raise misuse(
            f"{name}={value!r} is no name for an alias of your own: after 'alias/' come 1 to 250 "
            "letters, digits, slashes, underscores and dashes."
        )
    return value


def _check_service(name: str, value: str) -> None:
    __tracebackhide__ = True
    # Not at the top: few tests need them.
    from .service.misuse import suggestion
    from .service.serving.aws_managed import SERVICES
    from .service.values.identifiers import AWS_ALIAS_PREFIX

    if value.removeprefix(AWS_ALIAS_PREFIX) not in SERVICES:
        names = [AWS_ALIAS_PREFIX + service for service in SERVICES]
        raise misuse(
            f"{name}={value!r} is the alias of no AWS managed key that the mock knows."
            f"{suggestion(value, names)} It knows {', '.join(sorted(names))}."
        )


def checked_seconds(name: str, value: Any) -> float:
    __tracebackhide__ = True
    if type(value) not in (int, float) or not 0 <= value <= sys.float_info.max:
        raise misuse(f"{name}={value!r} is no number of seconds; write 0 or more.")
    return float(value)


class SeedFile(str):
    """The path of a file of keys."""

    __slots__ = ()


def is_seed(value: Any) -> bool:
    """Tell whether *value* is the path of a file of keys, and no alias."""
    if isinstance(value, os.PathLike):
        return True
    return isinstance(value, str) and value.lower().endswith(SEED_ENDINGS)


def _keys(name: str, value: Any) -> tuple[str, ...]:
    __tracebackhide__ = True
    names = (value,) if isinstance(value, str | os.PathLike) else value
    if not isinstance(names, Iterable):
        raise misuse(f"{name}={value!r} is no list; write for example ['alias/app'].")
    return tuple(
        _seed_file(name, each) if is_seed(each) else checked_alias(name, each) for each in names
    )


def _seed_file(name: str, value: Any) -> SeedFile:
    __tracebackhide__ = True
    from pathlib import Path  # not at the top: see the module docstring

    path = Path(value).absolute()
    if path.suffix.lower() not in SEED_ENDINGS:
        endings = ", ".join(SEED_ENDINGS)
        raise misuse(f"{name}={str(value)!r} is no file of keys; those end in {endings}.")
    if not path.is_file():
        raise misuse(f"{name}={str(value)!r}: there is no file {str(path)!r}.")
    return SeedFile(path)


def located(name: str, value: Any, folder: str | os.PathLike[str]) -> Any:
    """Return *value* of the option *name* with its files as they are found from *folder*."""
    from pathlib import Path  # likewise

    if (name == "policy" and isinstance(value, str)) or (name == "keys" and is_seed(value)):
        return Path(folder, value)
    if name == "keys" and isinstance(value, list | tuple | set | frozenset):
        return [Path(folder, each) if is_seed(each) else each for each in value]
    return value


def checked_loggers(name: str, value: Any) -> tuple[str, ...]:
    """Return *value*, names of loggers, as a tuple."""
    __tracebackhide__ = True
    names = (value,) if isinstance(value, str) else value
    given = tuple(names) if isinstance(names, Iterable) else (None,)
    if not all(isinstance(each, str) and each for each in given):
        raise misuse(f"{name}={value!r} are no names of loggers; write for example ['botocore'].")
    return given


def _entries(name: str, value: Any) -> int:
    __tracebackhide__ = True
    if type(value) is not int or value < 1:
        raise misuse(f"{name}={value!r} is no number of entries; write 1 or more.")
    return value


def _truth(name: str, value: Any) -> bool:
    __tracebackhide__ = True
    if type(value) is not bool:
        raise misuse(f"{name}={value!r} is neither True nor False.")
    return value


def _one_of(*choices: str) -> Check:
    def check(name: str, value: Any) -> str:
        __tracebackhide__ = True
        if value not in choices:
            raise misuse(f"{name}={value!r} is none of {', '.join(choices)}.")
        return str(value)

    return check


def checked_enforcement(name: str, value: Any) -> Enforces:
    __tracebackhide__ = True
    if value is True or value is False or value == "soft":
        found: Enforces = value
        return found
    raise misuse(f"{name}={value!r} is neither True, False nor 'soft'.")


def checked_principal(name: str, value: Any) -> str:
    __tracebackhide__ = True
    from .service.values.identity import identity_named  # not at the top: few tests need it

    identity_named(name, value)
    return str(value)


class _Policy(str):
    """An IAM policy as JSON, which is checked."""

    __slots__ = ()


def checked_policy(name: str, value: Any) -> str:
    """Return an IAM policy as JSON: that in the file *value*, or a document."""
    __tracebackhide__ = True
    if isinstance(value, _Policy):
        return value
    # Not at the top: likewise.
    from pathlib import Path

    from .service.authorization.iam_policies import checked_policy

    if isinstance(value, Mapping):
        return _Policy(checked_policy(value, name))
    if not isinstance(value, str | os.PathLike):
        raise misuse(f"{name}={value!r} is no path of a file with an IAM policy.")
    try:
        text = Path(value).read_text(encoding="utf-8")
    except OSError as error:
        raise misuse(f"{name}={str(value)!r} cannot be read: {error.strerror}.") from None
    return _Policy(checked_policy(text, f"{name}={str(value)!r}"))


def _services(name: str, value: Any) -> tuple[str, ...]:
    __tracebackhide__ = True
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, Iterable):
        raise misuse(f"{name}={value!r} is no list of services; write for example ['s3'].")
    found = tuple(names)
    for each in found:
        if each not in BRIDGED:
            from .service.misuse import suggestion  # not at the top: see `misuse`

            raise misuse(
                f"{name}={each!r} is no service that the bridge knows."
                f"{suggestion(str(each), BRIDGED)} It knows {', '.join(BRIDGED)}."
            )
    return found


def _operations(name: str, value: Any) -> tuple[str, ...]:
    __tracebackhide__ = True
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, Iterable):
        raise misuse(
            f"{name}={value!r} is no list of operations; write for example ['GenerateRandom']."
        )
    found = tuple(names)
    if found:
        from .service.api.shapes import checked_operation  # not at the top: few tests need it

        for each in found:
            if not isinstance(each, str):
                raise misuse(f"{name}={each!r} is no name of an operation.")
            checked_operation(each)
    return found


def _consistency(name: str, value: Any) -> float:
    __tracebackhide__ = True
    if isinstance(value, bool):
        return CONSISTENCY_SECONDS if value else 0.0
    return checked_seconds(name, value)


def _or_none(check: Check) -> Check:
    def checked(name: str, value: Any) -> Any:
        __tracebackhide__ = True
        return None if value is None else check(name, value)

    return checked


_TRUTHS: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def _enforcement_of_ini(value: str) -> Enforces:
    if value.lower() == "soft":
        return "soft"
    if value.lower() not in _TRUTHS:
        raise ValueError(f"{value!r} is neither true, false nor soft")
    return _TRUTHS[value.lower()]


def _consistency_of_ini(value: str) -> bool | float:
    if value.lower() in _TRUTHS:
        return _TRUTHS[value.lower()]
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"{value!r} is neither true, false nor a number of seconds") from None


def _number(value: str) -> int:
    if not value.isdecimal():
        raise ValueError(f"{value!r} is no whole number")
    return int(value)


class Option(NamedTuple):
    """
    What there is to know of an option besides its name and its type.

    Attributes:
        default: Its value where nobody says otherwise.
        check: Checks what an author has written.
        help: What it means, in a sentence or two.
        ini: How pytest reads it from the ini file.
        of_ini: Makes a value of what pytest has read.
        shown_default: The default in words, where the value does not say it.
    """

    default: Any
    check: Check
    help: str
    ini: Literal["string", "args", "bool"] = "string"
    of_ini: Callable[[Any], Any] = lambda value: value
    shown_default: str | None = None


class Options(TypedDict, total=False):
    """The options by name, each with its type and its row. `OPTIONS` is made of them."""

    region: Annotated[
        str | None,
        Option(
            None,
            _or_none(checked_region),
            "The Region of keys and clients that name none.",
            shown_default="the configured Region, or `us-east-1`",
        ),
    ]
    account: Annotated[
        str,
        Option(
            DEFAULT_ACCOUNT,
            checked_account,
            "The account of keys, and of callers that are not somebody else.",
        ),
    ]
    keys: Annotated[
        str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        Option(
            (),
            _keys,
            "Alias names, for each of which a key is made before the test starts, and "
            "[files of keys](../how-to/seeds.md).",
            ini="args",
            shown_default="none",
        ),
    ]
    page_size: Annotated[
        int | None,
        Option(
            None,
            _or_none(_entries),
            "The most entries that a list operation returns at once.",
            of_ini=_number,
            shown_default="AWS's limits",
        ),
    ]
    transition_seconds: Annotated[
        float,
        Option(
            0.0,
            checked_seconds,
            "How long `Creating`, `Updating`, a rotation on demand, and connecting and "
            "disconnecting a custom key store last, by the service's clock; with 0 they are "
            "over at the next call.",
            of_ini=_number,
            shown_default="`0`",
        ),
    ]
    auto_create: Annotated[
        bool,
        Option(
            False,
            _truth,
            "An unknown key ID, ARN or alias in a request creates the key.",
            ini="bool",
        ),
    ]
    predefined_aliases: Annotated[
        bool,
        Option(
            False,
            _truth,
            "`ListAliases` also lists the aliases of [AWS's services](../how-to/"
            "aws-managed-keys.md) that have no key yet.",
            ini="bool",
        ),
    ]
    unknown_regions: Annotated[
        bool,
        Option(
            False,
            _truth,
            "There may be [Regions that botocore does not list](../how-to/"
            "regions-and-accounts.md); otherwise a client of one reaches nothing.",
            ini="bool",
        ),
    ]
    transport: Annotated[
        Transport,
        Option(
            "direct",
            _one_of("direct", "wire"),
            "`direct` answers before botocore makes a request; `wire` lets it make one, with "
            "all its events, and answers where it would be sent.",
        ),
    ]
    children: Annotated[
        Children,
        Option(
            "refuse",
            _one_of("refuse", "share"),
            "What processes get that the test's process starts: with `refuse`, one that is forked "
            "gets an error; with `share`, all [share the mock](../how-to/child-processes.md).",
        ),
    ]
    lockout_check: Annotated[
        bool,
        Option(
            True,
            _truth,
            "A key policy that would not let the caller change it again is refused, unless the "
            "call says `BypassPolicyLockoutSafetyCheck`.",
            ini="bool",
        ),
    ]
    bridge: Annotated[
        Iterable[str],
        Option(
            (),
            _services,
            "The services of AWS that ask this KMS while [moto](../how-to/beside-moto.md) "
            "mocks them.",
            ini="args",
            shown_default="none",
        ),
    ]
    passthrough: Annotated[
        Iterable[str],
        Option(
            (),
            _operations,
            "Operations that go on [to the endpoint](../how-to/shadow.md) that the client would "
            "call.",
            ini="args",
            shown_default="none",
        ),
    ]
    shadow: Annotated[
        bool,
        Option(
            False,
            _truth,
            "Each call is sent to the endpoint that the client would call too, and the report "
            "tells [where it answers otherwise](../how-to/shadow.md).",
            ini="bool",
        ),
    ]
    guard: Annotated[
        bool | None,
        Option(
            None,
            _or_none(_truth),
            "A call of KMS outside any mock fails: see [the guard](../how-to/guard.md).",
            ini="bool",
            shown_default="`False`",
        ),
    ]
    key_pool: Annotated[
        bool,
        Option(
            True,
            _truth,
            "Take key pairs from those of earlier tests, those of RSA also from earlier runs, "
            "which pytest's cache folder keeps.",
            ini="bool",
        ),
    ]
    leak_check: Annotated[
        bool,
        Option(
            False,
            _truth,
            "A test fails if a plaintext, data key or other [secret](../how-to/secrets.md) appears "
            "in what it prints or logs.",
            ini="bool",
        ),
    ]
    leak_check_allow: Annotated[
        str | Iterable[str],
        Option(
            (),
            checked_loggers,
            "Loggers that may print secrets all the same, those below them included.",
            ini="args",
            shown_default="none",
        ),
    ]
    deterministic: Annotated[
        bool,
        Option(
            False,
            _truth,
            "What is random follows from the test's node ID, and the clock stands still: see "
            "[the same in every run](../how-to/deterministic.md).",
            ini="bool",
        ),
    ]
    enforce_policies: Annotated[
        Enforces | None,
        Option(
            None,
            _or_none(checked_enforcement),
            "Whether policies and grants decide what principals may do; `soft` decides and "
            "reports, and refuses nothing. "
            "See [permissions](../how-to/permissions.md).",
            of_ini=_enforcement_of_ini,
            shown_default="from the first `kms.principal()` on",
        ),
    ]
    strict_principals: Annotated[
        bool,
        Option(
            False,
            _truth,
            "Users and roles that no test has declared do not exist, in key policies and grants.",
            ini="bool",
        ),
    ]
    eventual_consistency: Annotated[
        bool | float,
        Option(
            0.0,
            _consistency,
            "For how many seconds, by the service's clock, the application does not see new "
            "keys, aliases, policies, tags and grants; `True` is 300.",
            of_ini=_consistency_of_ini,
            shown_default="`False`",
        ),
    ]
    principal: Annotated[
        str | None,
        Option(
            None,
            _or_none(checked_principal),
            "Who calls when nothing else tells: an ARN.",
            shown_default="nobody in particular",
        ),
    ]
    policy: Annotated[
        str | os.PathLike[str] | Mapping[str, Any] | None,
        Option(
            None,
            _or_none(checked_policy),
            "The IAM policy of that principal, or of the role `application` of the mock's "
            "account, a file or a mapping; it is enforced.",
            shown_default="none",
        ),
    ]


OPTIONS: Final[dict[str, Option]] = {
    name: annotation.__metadata__[0] for name, annotation in Options.__annotations__.items()
}

"""
Checks of what an author writes: of options, and of what has the same forms elsewhere.

Light: pytest's start imports it.
"""

import argparse
import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal

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


def checked_keys(name: str, value: Any) -> tuple[str, ...]:
    __tracebackhide__ = True
    names = (value,) if isinstance(value, str | os.PathLike) else value
    if not isinstance(names, Iterable):
        raise misuse(f"{name}={value!r} is no list; write for example ['alias/app'].")
    found = [
        _seed_file(name, each) if is_seed(each) else checked_alias(name, each) for each in names
    ]
    # The files first: what they have of the aliases is not made beside them.
    return tuple(sorted(found, key=lambda each: not isinstance(each, SeedFile)))


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


def checked_entries(name: str, value: Any) -> int:
    __tracebackhide__ = True
    if type(value) is not int or value < 1:
        raise misuse(f"{name}={value!r} is no number of entries; write 1 or more.")
    return value


def checked_truth(name: str, value: Any) -> bool:
    __tracebackhide__ = True
    if type(value) is not bool:
        raise misuse(f"{name}={value!r} is neither True nor False.")
    return value


def one_of(*choices: str) -> Check:
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


def checked_services(name: str, value: Any) -> tuple[str, ...]:
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


def checked_operations(name: str, value: Any) -> tuple[str, ...]:
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


def checked_consistency(name: str, value: Any) -> float:
    __tracebackhide__ = True
    if isinstance(value, bool):
        return CONSISTENCY_SECONDS if value else 0.0
    return checked_seconds(name, value)


def or_none(check: Check) -> Check:
    def checked(name: str, value: Any) -> Any:
        __tracebackhide__ = True
        return None if value is None else check(name, value)

    return checked


def percentage(text: str) -> float:
    """Return *text*, of a command line, as a number from 0 to 100."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 100")
    return value

"""
The options of a mock, one table: the marker, `mock_kms`, the ini file, help and docs.

Light: pytest's start imports it.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, TypedDict

from .checks import (
    DEFAULT_ACCOUNT,
    Check,
    Children,
    Enforces,
    Transport,
    checked_account,
    checked_consistency,
    checked_enforcement,
    checked_entries,
    checked_keys,
    checked_loggers,
    checked_operations,
    checked_policy,
    checked_principal,
    checked_region,
    checked_seconds,
    checked_services,
    checked_truth,
    one_of,
    or_none,
)

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
            or_none(checked_region),
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
            checked_keys,
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
            or_none(checked_entries),
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
            checked_truth,
            "An unknown key ID, ARN or alias in a request creates the key.",
            ini="bool",
        ),
    ]
    predefined_aliases: Annotated[
        bool,
        Option(
            False,
            checked_truth,
            "`ListAliases` also lists the aliases of [AWS's services](../how-to/"
            "aws-managed-keys.md) that have no key yet.",
            ini="bool",
        ),
    ]
    unknown_regions: Annotated[
        bool,
        Option(
            False,
            checked_truth,
            "There may be [Regions that botocore does not list](../how-to/"
            "regions-and-accounts.md); otherwise a client of one reaches nothing.",
            ini="bool",
        ),
    ]
    transport: Annotated[
        Transport,
        Option(
            "direct",
            one_of("direct", "wire"),
            "`direct` answers before botocore makes a request; `wire` lets it make one, with "
            "all its events, and answers where it would be sent.",
        ),
    ]
    children: Annotated[
        Children,
        Option(
            "refuse",
            one_of("refuse", "share"),
            "What processes get that the test's process starts: with `refuse`, one that is forked "
            "gets an error; with `share`, all [share the mock](../how-to/child-processes.md).",
        ),
    ]
    lockout_check: Annotated[
        bool,
        Option(
            True,
            checked_truth,
            "A key policy that would not let the caller change it again is refused, unless the "
            "call says `BypassPolicyLockoutSafetyCheck`.",
            ini="bool",
        ),
    ]
    bridge: Annotated[
        Iterable[str],
        Option(
            (),
            checked_services,
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
            checked_operations,
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
            checked_truth,
            "Each call is sent to the endpoint that the client would call too, and the report "
            "tells [where it answers otherwise](../how-to/shadow.md).",
            ini="bool",
        ),
    ]
    guard: Annotated[
        bool | None,
        Option(
            None,
            or_none(checked_truth),
            "A call of KMS outside any mock fails: see [the guard](../how-to/guard.md).",
            ini="bool",
            shown_default="`False`",
        ),
    ]
    key_pool: Annotated[
        bool,
        Option(
            True,
            checked_truth,
            "Take key pairs from those of earlier tests, those of RSA also from earlier runs, "
            "which pytest's cache folder keeps.",
            ini="bool",
        ),
    ]
    leak_check: Annotated[
        bool,
        Option(
            False,
            checked_truth,
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
            checked_truth,
            "What is random follows from the test's node ID, and the clock stands still: see "
            "[the same in every run](../how-to/deterministic.md).",
            ini="bool",
        ),
    ]
    enforce_policies: Annotated[
        Enforces | None,
        Option(
            None,
            or_none(checked_enforcement),
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
            checked_truth,
            "Users and roles that no test has declared do not exist, in key policies and grants.",
            ini="bool",
        ),
    ]
    eventual_consistency: Annotated[
        bool | float,
        Option(
            0.0,
            checked_consistency,
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
            or_none(checked_principal),
            "Who calls when nothing else tells: an ARN.",
            shown_default="nobody in particular",
        ),
    ]
    policy: Annotated[
        str | os.PathLike[str] | Mapping[str, Any] | None,
        Option(
            None,
            or_none(checked_policy),
            "The IAM policy of that principal, or of the role `application` of the mock's "
            "account, a file or a mapping; it is enforced.",
            shown_default="none",
        ),
    ]


OPTIONS: Final[dict[str, Option]] = {
    name: annotation.__metadata__[0] for name, annotation in Options.__annotations__.items()
}

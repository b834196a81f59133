"""What can be set: the marker's keywords, the ini options, `mock_kms`'s arguments."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from .doors import hook
from .service.misuse import KmsMockError, suggestion

DEFAULT_ACCOUNT: Final = "123456789012"
DEFAULT_REGION: Final = "us-east-1"
TRANSPORTS: Final = ("direct", "wire")


def checked_seconds(seconds: Any) -> float:
    """Return *seconds* as a number, or raise `KmsMockError`."""
    __tracebackhide__ = True
    if type(seconds) not in (int, float) or not 0 <= seconds < float("inf"):
        raise KmsMockError(
            f"transition_seconds={seconds!r} is no number of seconds; write 0 or more."
        )
    return float(seconds)


def _names(keys: Any) -> Any:
    if isinstance(keys, str):
        return (keys,)
    return tuple(keys) if isinstance(keys, Iterable) else keys


@attrs.frozen(kw_only=True)
class Settings:
    """
    The settings of one mock.

    Attributes:
        region: The Region of keys and clients that name none. None is the
            configured one, or us-east-1 where none is.
        account: The account of callers that are not somebody else, 12 digits.
        keys: Alias names; each gets a key before the test starts.
        page_size: The most entries that a list operation returns at once, so
            that few keys are enough to test pagination. None is AWS's limits.
        transition_seconds: How long Creating, Updating and a rotation on demand
            last, by the service's clock. With 0 they are over at the next call.
        auto_create: An unknown key ID, ARN or alias in a request creates the key.
        transport: ``direct`` answers before botocore makes a request; ``wire``
            lets it make one, with all its events, and answers where it would be sent.
        guard: Of the marker only: False lets this test call KMS outside mocks.
        key_pool: Take key pairs from those of earlier tests, those of RSA also from
            earlier runs, which pytest's cache folder keeps. Within one mock no two
            keys share one.
    """

    region: str | None = attrs.field(default=None)
    account: str = attrs.field(default=DEFAULT_ACCOUNT)
    keys: tuple[str, ...] = attrs.field(default=(), converter=_names)
    page_size: int | None = attrs.field(default=None)
    key_pool: bool = attrs.field(default=True)
    auto_create: bool = attrs.field(default=False)
    transport: str = attrs.field(default="direct")
    guard: bool | None = attrs.field(default=None)
    transition_seconds: float = attrs.field(default=0.0, converter=checked_seconds)

    @region.validator
    def _check_region(self, _: object, value: Any) -> None:
        if value is not None and not is_region(value):
            raise KmsMockError(f"region={value!r} is no AWS Region; write for example 'eu-west-1'.")

    @account.validator
    def _check_account(self, _: object, value: Any) -> None:
        if not is_account(value):
            raise KmsMockError(f"account={value!r} is no account ID; write 12 digits in quotes.")

    @keys.validator
    def _check_keys(self, _: object, value: tuple[Any, ...]) -> None:
        if not isinstance(value, tuple):
            raise KmsMockError(f"keys={value!r} is no list; write for example ['alias/app'].")
        for name in value:
            check_alias(name, "keys")

    @page_size.validator
    def _check_page_size(self, _: object, value: Any) -> None:
        if value is not None and (type(value) is not int or value < 1):
            raise KmsMockError(f"page_size={value!r} is no number of entries; write 1 or more.")

    @key_pool.validator
    @auto_create.validator
    def _check_bool(self, field: attrs.Attribute[bool], value: Any) -> None:
        if type(value) is not bool:
            raise KmsMockError(f"{field.name}={value!r} is neither True nor False.")

    @transport.validator
    def _check_transport(self, _: object, value: Any) -> None:
        if value not in TRANSPORTS:
            raise KmsMockError(f"transport={value!r} is none of {', '.join(TRANSPORTS)}.")


# The settings of tests without a marker, and the options that they are made of:
# to check those anew for each test would cost half of the fixture's time.
_of_ini: tuple[Mapping[str, Any], Settings] | None = None

OPTIONS: Final = tuple(field.name for field in attrs.fields(Settings))


def settings_from(options: Mapping[str, Any]) -> Settings:
    """
    Return the settings that *options* ask for, and pytest's ini file where they are silent.

    Raises:
        KmsMockError: There is no such option, or its value makes no sense.
    """
    __tracebackhide__ = True
    global _of_ini
    if not options and _of_ini is not None and _of_ini[0] is hook.ini_options:
        return _of_ini[1]
    for name in options:
        if name not in OPTIONS:
            raise KmsMockError(
                f"pytest-kmsmock has no option {name!r}.{suggestion(name, OPTIONS)} "
                f"It has {', '.join(OPTIONS)}."
            )
    settings = Settings(**{**hook.ini_options, **options})
    if not options:
        _of_ini = hook.ini_options, settings
    return settings


def is_region(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"([a-z]+-){2,3}[0-9]+", value) is not None


def is_account(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9]{12}", value) is not None


def check_alias(name: Any, option: str) -> None:
    """Raise unless *name*, the value of *option*, is an alias name of the author's own."""
    __tracebackhide__ = True
    if not isinstance(name, str) or not name.startswith("alias/"):
        written = f"alias/{name}" if isinstance(name, str) else "alias/app"
        raise KmsMockError(
            f"{option}={name!r} is no alias name, since those begin with 'alias/'; "
            f"write {written!r}."
        )
    if name.startswith("alias/aws/"):
        _check_service(name, option)
    elif not re.fullmatch(r"alias/[a-zA-Z0-9/_-]{1,250}", name):
        raise KmsMockError(
            f"{option}={name!r} is no name for an alias of your own: after 'alias/' come 1 to 250 "
            "letters, digits, slashes, underscores and dashes."
        )


def _check_service(name: str, option: str) -> None:
    __tracebackhide__ = True
    from .service.serving.aws_managed import PREFIX, SERVICES  # not at the top: few tests need it

    if name.removeprefix(PREFIX) not in SERVICES:
        names = [PREFIX + service for service in SERVICES]
        raise KmsMockError(
            f"{option}={name!r} is the alias of no AWS managed key that the mock knows."
            f"{suggestion(name, names)} It knows {', '.join(sorted(names))}."
        )


def configured_region() -> str:
    """Return the Region that botocore's clients get without being told."""
    configured = os.environ.get("AWS_DEFAULT_REGION")
    if configured:
        return configured
    # Reading the configuration takes a session, so only where there is one to read.
    paths = (
        os.environ.get("AWS_CONFIG_FILE", "~/.aws/config"),
        os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    )
    if any(os.path.exists(os.path.expanduser(path)) for path in paths):
        import botocore.session

        region: str | None = botocore.session.Session().get_scoped_config().get("region")
        if region:
            return region
    return DEFAULT_REGION

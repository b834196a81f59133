"""Options as pytest has them: the ini file and the command line."""

from __future__ import annotations

import os
from typing import Any, Final

import pytest

from ..checks import REPORT_ENDINGS, located, percentage
from ..options import OPTIONS, Option

# Not of a mock: the guard watches over calls outside all of them.
GUARD: Final = "guard"
REPORT: Final = "--kms-report"
_PREFIX: Final = "kms_"
_GUARD_ALLOW: Final = "kms_guard_allow"
CREDENTIALS: Final = "kms_credentials"


def pytest_addoption(parser: pytest.Parser) -> None:
    for name, option in OPTIONS.items():
        default = [] if option.ini == "args" else None if option.ini == "string" else option.default
        parser.addini(_PREFIX + name, option.help, option.ini, default=default)
    parser.addini(_GUARD_ALLOW, "Endpoints that the guard lets through.", "args", default=[])
    parser.addini(
        CREDENTIALS,
        "Set credentials that are good for nothing, for programs that look for some by themselves.",
        "bool",
        default=False,
    )
    group = parser.getgroup("kmsmock", "pytest-kmsmock")
    group.addoption(
        "--kms-guard",
        action="store_true",
        default=None,
        dest="kms_guard",
        help="A call of KMS outside any mock fails instead of reaching AWS.",
    )
    group.addoption(
        "--no-kms-guard",
        action="store_false",
        dest="kms_guard",
        help="Calls of KMS outside mocks go their way, whatever the ini file says.",
    )
    group.addoption(
        "--kms-policy",
        metavar="FILE",
        default=None,
        dest="kms_policy_file",
        help="Write the smallest IAM policy that the calls of this run needed to FILE.",
    )
    group.addoption(
        REPORT,
        nargs="?",
        action="append",
        const="",
        default=None,
        metavar="FILE",
        dest="kms_reports",
        help="Print at the end what the run used of KMS, and which failures no test has "
        "provoked; or write it to FILE, which ends in .json, .md or .html.",
    )
    group.addoption(
        "--kms-report-fail-under",
        type=percentage,
        default=None,
        metavar="PERCENT",
        dest="kms_report_fail_under",
        help="Fail the run if tests have provoked fewer of the failures than that.",
    )


def keep_paths_of_tests(args: list[str]) -> bool:
    """
    Change *args* so that `--kms-report` takes no path of tests for its file.

    Without that ``--kms-report tests/`` would not run tests/. Return whether there was one.
    """
    changed = False
    for place, arg in enumerate(args):
        if arg == "--":
            break
        following = args[place + 1] if place + 1 < len(args) else "-"
        name, is_given, value = arg.partition("=")
        if arg == REPORT and not following.startswith("-") and not _is_report(following):
            args[place] = f"{REPORT}="
            changed = True
        elif name == REPORT and is_given and value and not _is_report(value) and _is_path(value):
            args[place : place + 1] = [f"{REPORT}=", value]
            changed = True
    return changed


def _is_report(name: str) -> bool:
    return name.lower().endswith(REPORT_ENDINGS)


def _is_path(name: str) -> bool:
    return os.path.exists(name.partition("::")[0])


def options_of_ini(config: pytest.Config) -> dict[str, Any]:
    """Return what the ini file says of a mock, checked."""
    options: dict[str, Any] = {}
    for name, option in OPTIONS.items():
        value = ini_value(config, _PREFIX + name)
        if name != GUARD and value not in (option.default, None, "", []):
            value = located(name, value, config.rootpath)
            options[name] = _checked(_PREFIX + name, option, value)
    return options


def _checked(ini_name: str, option: Option, value: Any) -> Any:
    from ..service.misuse import KmsMockError  # not at the top: see the package's docstring

    try:
        return option.check(ini_name, option.of_ini(value))
    except ValueError as error:
        raise pytest.UsageError(f"{ini_name}: {error}") from None
    except KmsMockError as error:
        raise pytest.UsageError(str(error)) from None


def ini_value(config: pytest.Config, name: str) -> Any:
    """Return what the ini file says of the option *name*, as pytest reads it."""
    try:
        return config.getini(name)
    except (ValueError, TypeError, pytest.UsageError) as error:
        raise pytest.UsageError(f"{name} in the ini file: {error}") from None


def refuse_unknown_names(config: pytest.Config) -> None:
    """Refuse a name in the ini file that looks like one of ours, and is nobody's."""
    # pytest has no public way to learn the names: that of 8 is deprecated in 9.
    names = [*(config._inicfg if hasattr(config, "_inicfg") else config.inicfg)]
    overrides = config.known_args_namespace.override_ini or ()
    names += [override.partition("=")[0] for override in overrides]
    for name in names:
        looks_like_ours = name.lower().replace("-", "_").startswith(_PREFIX)
        if looks_like_ours and not _is_known(config, name):
            from ..service.misuse import suggestion  # not at the top: see the package's docstring

            known = [*(_PREFIX + option for option in OPTIONS), _GUARD_ALLOW, CREDENTIALS]
            raise pytest.UsageError(
                f"there is no ini option {name!r}.{suggestion(name.lower(), known)} "
                f"pytest-kmsmock has {', '.join(known)}."
            )


def _is_known(config: pytest.Config, name: str) -> bool:
    """Tell whether anybody has registered the ini option *name*."""
    try:
        config.getini(name)
    except ValueError as error:
        return "unknown configuration value" not in str(error)
    except (TypeError, pytest.UsageError):
        pass  # its value is wrong
    return True

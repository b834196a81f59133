"""
The tables in docs/ that the package's own tables, and the site's navigation, decide.

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import comparison

import pytest_kmsmock
from pytest_kmsmock.options import OPTIONS
from pytest_kmsmock.service.authorization.condition_keys.names import CONDITION_KEYS
from pytest_kmsmock.service.authorization.condition_keys.row import ConditionKey
from pytest_kmsmock.service.authorization.open_questions import OPEN_QUESTIONS
from pytest_kmsmock.service.authorization.operators import OPERATORS
from pytest_kmsmock.service.authorization.permissions import NEEDS, Target
from pytest_kmsmock.service.operations.table import OPERATIONS
from pytest_kmsmock.service.rules.key_states import KEY_STATES
from pytest_kmsmock.service.values.key import KeyState
from pytest_kmsmock.service.values.specs import KEY_SPECS

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = (
    "docs/comparison.md",
    "docs/index.md",
    "docs/reference/api.md",
    "docs/reference/operations.md",
    "docs/reference/options.md",
    "docs/reference/key-states.md",
    "docs/reference/key-specs.md",
    "docs/reference/policies.md",
)
STATES: Final[tuple[KeyState, ...]] = (
    "Enabled",
    "Disabled",
    "PendingDeletion",
    "PendingReplicaDeletion",
    "PendingImport",
    "Unavailable",
    "Creating",
    "Updating",
)
OUTCOMES: Final = {
    None: "yes",
    "DisabledException": "disabled",
    "KMSInvalidStateException": "invalid",
    "UnsupportedOperationException": "unsupported",
}

# On what a permission is needed, and who has a say there.
TARGETS: Final[dict[Target, str]] = {
    "key": "the key",
    "alias target": "the key that the alias leads to",
    "destination": "the key that encrypts",
    "replica": "the key that becomes the primary",
    "new key": "the new key, `arn:…:key/*`, by IAM alone",
    "new replica": "the new key, by IAM alone",
    "alias": "the alias, by IAM alone",
    "account": "`*`, by IAM alone",
    "replica account": "`*` in the other Region, by IAM alone",
    "multi-Region role": "the service-linked role of multi-Region keys, by IAM alone",
    "key store role": "the service-linked role of custom key stores, by IAM alone",
    "grant": "the key of the grant",
}


def api() -> str:
    """Return where the docstring of each public name is: a link, or here what shows it."""
    pages = (ROOT / "docs" / "reference").glob("*.md")
    elsewhere = "".join(page.read_text("utf-8") for page in pages if page.name != "api.md")
    links, shown = ["- [`KmsMock`](kmsmock.md)"], []
    for name in pytest_kmsmock.__all__:
        if re.search(rf"^::: pytest_kmsmock\.{name}$", elsewhere, re.MULTILINE):
            links.append(f"- [`{name}`][pytest_kmsmock.{name}]")
        elif name != "KmsMock":  # in parts, on a page of its own
            shown.append(f"::: pytest_kmsmock.{name}")
    return "\n".join([*links, "", *shown])


def how_tos() -> str:
    """Return the list of the how-to pages, as mkdocs.yml has it, with its groups."""
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    _, _, pages = navigation.partition("  - How to:\n")
    lines: list[str] = []
    for title, page in re.findall(r"^ +- ([^:]+):(?: (.+))?$", pages.partition("\n  - ")[0], re.M):
        lines += [f"- [{title}]({page})"] if page else ["", f"### {title}", ""]
    return "\n".join(lines).strip("\n")


def operations() -> str:
    rows = ["| Operation | Names its key by | Alias | Other account |", "| --- | --- | --- | --- |"]
    for name, operation in sorted(OPERATIONS.items()):
        member = operation.key_member
        cells = (
            f"`{name}`",
            f"`{member}`" if member else "",
            _yes(operation.takes_alias) if member else "",
            _yes(operation.across_accounts) if member else "",
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def key_states() -> str:
    rows = [f"| Operation | {' | '.join(STATES)} |", f"| --- |{' --- |' * len(STATES)}"]
    for name, row in sorted(KEY_STATES.items()):
        if name in OPERATIONS:
            refusals = [row[state] for state in STATES]
            outcomes = [OUTCOMES[cell.error.__name__ if cell else None] for cell in refusals]
            rows.append(f"| `{name}` | {' | '.join(outcomes)} |")
    return "\n".join(rows)


def key_specs() -> str:
    rows = ["| Key spec | Key usage | Algorithms | Regions |", "| --- | --- | --- | --- |"]
    for spec in KEY_SPECS.values():
        # The usage that `create_key` takes by itself comes first.
        usages = sorted(spec.usages, key=lambda usage: usage != spec.usual_usage)
        for usage in usages:
            algorithms = ", ".join(f"`{name}`" for name in spec.usages[usage])
            rows.append(f"| `{spec.name}` | `{usage}` | {algorithms} | {spec.regions} |")
    return "\n".join(rows)


def options() -> str:
    rows = [
        "| Marker and `mock_kms` | Ini option | Default | Meaning |",
        "| --- | --- | --- | --- |",
    ]
    for name, option in OPTIONS.items():
        default = option.shown_default or f"`{option.default}`"
        rows.append(f"| `{name}` | `kms_{name}` | {default} | {option.help} |")
    return "\n".join(rows)


def permissions() -> str:
    rows = ["| Operation | Permission | On |", "| --- | --- | --- |"]
    alone: dict[str, list[str]] = {}
    for operation, needs in sorted(NEEDS.items()):
        if len(needs) == 1:
            alone.setdefault(TARGETS[needs[0].on], []).append(operation)
            continue
        for need in needs:
            # Which of the request's members decides that, its own documentation says.
            when = "" if need.when({}) else ", for some requests"
            rows.append(f"| `{operation}` | `{need.permission}`{when} | {TARGETS[need.on]} |")
            operation = ""
    for target, names in alone.items():
        rows.append(f"| {_codes(names)} | of its own name | {target} |")
    return "\n".join(rows).replace("| `` |", "| |")


def condition_operators() -> str:
    rows = ["| Operator | Compares | Negated | Variables |", "| --- | --- | --- | --- |"]
    for row in OPERATORS.values():
        cells = (
            f"`{row.name}`",
            KINDS[row.type],
            "yes" * row.is_negated,
            "yes" * row.has_variables,
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


KINDS: Final = {
    "String": "texts",
    "Numeric": "numbers",
    "Date": "times: ISO 8601, or seconds since the epoch",
    "Bool": "`true` and `false`",
    "Binary": "bytes, as Base64",
    "IP": "an address with a range, IPv4 or IPv6",
    "ARN": "ARNs, part by part, with wildcards",
    "Null": "`true`: the key is missing; `false`: it is there",
}


def condition_keys() -> str:
    rows = ["| Key | Type | Of permissions | Said by |", "| --- | --- | --- | --- |"]
    for row in CONDITION_KEYS:
        name = row.name if row.follows is None else f"{row.name}…"
        many = ", several" if row.is_multivalued else ""
        said = "a test" if row.is_given else ""
        rows.append(f"| `{name}` | {row.type}{many} | {_had_by(row)} | {said} |")
    return "\n".join(rows)


def _had_by(row: ConditionKey) -> str:
    if row.permissions is None:
        return "all"
    names = sorted(name.removeprefix("kms:") for name in row.permissions)
    found = ["all on keys"] * row.on_keys + [f"`{name}`" for name in names]
    return ", ".join(found) or "none: it is always missing"


def open_questions() -> str:
    texts = (text.partition(": here ") for text in OPEN_QUESTIONS.values())
    rows = ["| AWS does not say | The mock |", "| --- | --- |"]
    rows += [
        f"| {question[0].upper()}{question[1:]}. | {answer[0].upper()}{answer[1:]}. |"
        for question, _, answer in texts
    ]
    return "\n".join(rows)


def updated(text: str) -> str:
    """Return the page *text* with its tables as they should be."""
    tables: dict[str, Callable[[], str]] = {
        "api": api,
        "how-tos": how_tos,
        "operations": operations,
        "options": options,
        "key states": key_states,
        "key specs": key_specs,
        "permissions": permissions,
        "comparison": comparison.table,
        "condition operators": condition_operators,
        "condition keys": condition_keys,
        "open questions": open_questions,
    }
    return re.sub(
        r"(<!-- table: (.+?) -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}\n{tables[found[2]]()}\n\n{found[3]}",
        text,
        flags=re.DOTALL,
    )


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _yes(value: bool) -> str:
    return "yes" if value else "no"

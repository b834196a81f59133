"""
The tables in docs/ that the package's own tables, and the site's navigation, decide.

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pytest_kmsmock.options import OPTIONS
from pytest_kmsmock.service.operations.table import OPERATIONS
from pytest_kmsmock.service.rules.key_states import KEY_STATES
from pytest_kmsmock.service.values.key import KeyState
from pytest_kmsmock.service.values.specs import KEY_SPECS

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = (
    "docs/index.md",
    "docs/reference/operations.md",
    "docs/reference/options.md",
    "docs/reference/key-states.md",
    "docs/reference/key-specs.md",
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


def how_tos() -> str:
    """Return the list of the how-to pages, as mkdocs.yml has it."""
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = re.findall(r"^ +- (.+): (how-to/.+\.md)$", navigation, re.MULTILINE)
    return "\n".join(f"- [{title}]({page})" for title, page in pages)


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


def updated(text: str) -> str:
    """Return the page *text* with its tables as they should be."""
    tables: dict[str, Callable[[], str]] = {
        "how-tos": how_tos,
        "operations": operations,
        "options": options,
        "key states": key_states,
        "key specs": key_specs,
    }
    return re.sub(
        r"(<!-- table: (.+?) -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}\n{tables[found[2]]()}\n\n{found[3]}",
        text,
        flags=re.DOTALL,
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"

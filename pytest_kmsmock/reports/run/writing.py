"""Writing a report to a file, in the format that its name ends in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from ...checks import REPORT_ENDINGS
from ...crypto.extras import MissingExtra
from ...service.misuse import KmsMockError
from .json_file import as_json
from .markdown import as_markdown
from .summary import Summary


def _as_html(summary: Summary) -> str:
    from .page import as_html  # not at the top: few reports need it

    return as_html(summary)


_WRITERS: Final = (as_json, as_markdown, _as_html)
_FORMATS: Final[Mapping[str, Callable[[Summary], str]]] = dict(
    zip(REPORT_ENDINGS, _WRITERS, strict=True)
)


def check(file: Path) -> None:
    """
    Raise `KmsMockError` if a report could not be written to *file*.

    At the start of a run, and not at the end of a long one.
    """
    ending = file.suffix.lower()
    if ending not in _FORMATS:
        raise KmsMockError(f"{file}: a report ends in {', '.join(_FORMATS)}.")
    if not file.parent.is_dir():
        raise KmsMockError(f"{file}: there is no such folder.")
    if ending == ".html":
        from .page import environment  # not at the top: likewise

        try:
            environment()
        except MissingExtra as missing:
            raise KmsMockError(f"{file}: {missing}.") from None


def write(summary: Summary, file: Path) -> None:
    file.write_text(_FORMATS[file.suffix.lower()](summary), encoding="utf-8")

"""
Every Python block of README.md and docs/ runs, and prints what the page says.

A block is a test module of its own, run with no more than its page shows. A
comment on the line above its fence says what else it is, separated by commas:

``<!-- block: continues -->``
    It follows the last one in the same module.
``<!-- block: file=NAME -->``
    It is a file for the later blocks of the page; also for other languages.
``<!-- block: from=PATH -->``
    It is a part of that file of the repository, whose own tests run.
``<!-- block: needs=MODULE -->``
    It runs where that module is installed.
``<!-- block: botocore=VERSION -->``
    It runs with that botocore or a later one, whose model has what it uses.
``<!-- block: options=OPTION -->``
    pytest is given that option.
``<!-- block: fails -->``
    One of its tests is meant to fail.
``<!-- block: output -->``
    Not Python: what the run of the last block prints, among other lines.

A block that imports an example of docs/examples runs in that example's project.
"""

from __future__ import annotations

import inspect
import re
import shutil
import types
from collections.abc import Iterator
from pathlib import Path

# Here, since pytester takes what a run imports out of `sys.modules` again:
# a second `botocore` would not know the first one's hooks.
import attrs
import boto3
import cryptography.hazmat.primitives.ciphers.aead  # noqa: F401
import pytest
import tables

import pytest_kmsmock.mock
import pytest_kmsmock.reports.timeline

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if ".pytest_cache" not in page.parts),
]
EXAMPLES = ROOT / "docs" / "examples"

# A reader need not have these; each may be there when a contributor runs the tests.
PLUGINS = ("-p", "no:randomly", "-p", "no:asyncio", "-p", "no:hypothesispytest")

FENCE = re.compile(
    r"^(?:<!-- block: (?P<marks>.+?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@attrs.define
class Block:
    """A fence, with those that continue it and what they print."""

    page: str
    line: int
    language: str
    text: str
    marks: dict[str, str]
    files: dict[str, str]
    output: list[str] = attrs.field(factory=list)

    @property
    def id(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: Path) -> Iterator[Block]:
    """Yield the blocks of *page* that stand for themselves."""
    files: dict[str, str] = {}
    last: Block | None = None
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        marks = dict(
            (mark.strip().partition("=")[::2]) for mark in (found["marks"] or "").split(",") if mark
        )
        if "file" in marks:
            files[marks["file"]] = found["text"]
        elif "output" in marks:
            assert last is not None
            last.output += found["text"].splitlines()
        elif "continues" in marks:
            assert last is not None
            last.text += "\n\n" + found["text"]
            last.marks |= marks
        elif found["language"] == "python" or "from" in marks:
            if last is not None:
                yield last
            line = text.count("\n", 0, found.start("text"))
            name = page.relative_to(ROOT).as_posix()
            last = Block(name, line, found["language"], found["text"], marks, files.copy())
    if last is not None:
        yield last


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
PROGRAMS = [block for block in BLOCKS if "from" not in block.marks]
QUOTES = [block for block in BLOCKS if "from" in block.marks]


@pytest.fixture(scope="module", autouse=True)
def botocore_imported() -> None:
    """A run of pytester forgets what it imports, and a client imports much."""
    with pytest_kmsmock.mock_kms() as kms:
        kms.client().list_keys()


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of the documentation has a fresh boto3 and no Region."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)


@pytest.mark.parametrize("block", PROGRAMS, ids=lambda block: block.id)
def test_a_block_runs_and_prints_what_the_page_says(
    block: Block, pytester: pytest.Pytester
) -> None:
    if "needs" in block.marks:
        pytest.importorskip(block.marks["needs"])
    if "botocore" in block.marks:
        pytest.importorskip("botocore", block.marks["botocore"])
    for example in EXAMPLES.iterdir():
        if re.search(rf"^(from|import) {example.name}\b", block.text, re.MULTILINE):
            copy_example(example, pytester)
    for name, text in block.files.items():
        (pytester.path / name).write_text(text, encoding="utf-8")
    (pytester.path / "test_block.py").write_text(block.text, encoding="utf-8")

    options = block.marks.get("options", "").split()
    result = pytester.runpytest_inprocess("test_block.py", *options, *PLUGINS)

    outcomes = result.parseoutcomes()
    if "fails" in block.marks:
        assert outcomes.get("failed") == 1
    else:
        assert outcomes.keys() == {"passed"}
    # Whole lines: a page shows no more and no less of one.
    for line in filter(None, block.output):
        assert line in result.outlines


@pytest.mark.parametrize("block", QUOTES, ids=lambda block: block.id)
def test_a_quote_is_what_the_file_says(block: Block) -> None:
    assert block.text in (ROOT / block.marks["from"]).read_text(encoding="utf-8")


def test_what_is_quoted_is_tested() -> None:
    """By `test_the_vault_passes_its_tests`, and by tox's environment `examples`."""
    folders = {Path(block.marks["from"]).parent.as_posix() for block in QUOTES}

    assert folders <= {"docs/examples/vault", "docs/examples/encrypted_file"}


def test_the_vault_passes_its_tests(pytester: pytest.Pytester) -> None:
    copy_example(EXAMPLES / "vault", pytester)

    result = pytester.runpytest_inprocess(*PLUGINS)

    assert result.parseoutcomes().keys() == {"passed"}


def test_tables_are_those_of_the_package() -> None:
    """If they are not, `tox -e pages` writes them anew."""
    for page in tables.PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        assert "<!-- table: " in text
        assert tables.updated(text) == text


def test_every_how_to_is_in_the_overview() -> None:
    """A page that nobody links to is not read."""
    overview = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")

    for page in (ROOT / "docs" / "how-to").glob("*.md"):
        assert f"(how-to/{page.name})" in overview


# Whose members are shown one by one, in an order that tells more than that of names.
IN_PARTS = (pytest_kmsmock.KmsMock,)
# Each page of the reference shows the docstrings of these.
DESCRIBED = [
    ("kmsmock.md", pytest_kmsmock.KmsMock),
    ("kmsmock.md", type(pytest_kmsmock.KmsMock().clock)),
    ("key.md", pytest_kmsmock.Key),
    ("custom-key-stores.md", pytest_kmsmock.CloudHsmCluster),
    ("custom-key-stores.md", pytest_kmsmock.XksProxy),
    ("custom-key-stores.md", pytest_kmsmock.XksKey),
    ("enclave.md", pytest_kmsmock.Enclave),
    ("principals.md", pytest_kmsmock.Principal),
    ("calls.md", pytest_kmsmock.Calls),
    ("calls.md", pytest_kmsmock.Call),
]


@pytest.mark.parametrize(
    ("page", "described", "name"),
    [
        (page, described, name)
        for page, described in DESCRIBED
        for name in sorted({*dir(described), *getattr(described, "__annotations__", ())})
        if not name.startswith("_") and not hasattr(object, name)
    ],
)
def test_the_reference_shows_everything_public(page: str, described: type, name: str) -> None:
    """What a docstring says is shown by it, and what has none would not be shown."""
    text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    module = "pytest_kmsmock"
    if not hasattr(pytest_kmsmock, described.__name__):
        module = described.__module__
    path = f"{module}.{described.__name__}"
    shown = f"{path}.{name}" if described in IN_PARTS else path

    assert re.search(rf"^::: {re.escape(shown)}$", text, re.MULTILINE)
    member = inspect.getattr_static(described, name, None)
    # Of all others the class says it, under "Attributes".
    says = member.__doc__ if isinstance(member, property | types.FunctionType) else None
    assert says or f"    {name}: " in (inspect.getdoc(described) or "")


def test_the_reference_shows_each_name_once() -> None:
    """Twice would be two pages to find, and one to forget."""
    pages = (ROOT / "docs" / "reference").glob("*.md")
    shown = re.findall(
        r"^::: pytest_kmsmock\.([A-Za-z_]+)$",
        "".join(page.read_text(encoding="utf-8") for page in pages),
        re.MULTILINE,
    )

    assert sorted(shown) == sorted({*pytest_kmsmock.__all__} - {"KmsMock"})


def test_the_reference_names_every_option() -> None:
    from pytest_kmsmock.options import OPTIONS

    text = (ROOT / "docs" / "reference" / "options.md").read_text(encoding="utf-8")

    for name in OPTIONS:
        assert f"| `{name}` | `kms_{name}` |" in text


def copy_example(example: Path, pytester: pytest.Pytester) -> None:
    shutil.copytree(
        example, pytester.path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )

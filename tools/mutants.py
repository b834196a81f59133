"""
Mutants of the inner rings that the tests should notice: a repeatable sample of Cosmic Ray's.

    python tools/mutants.py [--number 300 | --all] [--seed 1] [--unchecked] [PATH ...]

A mutant is a module with one small fault. Cosmic Ray makes it and runs the tests;
what is chosen here is which mutants, of the modules at the paths, and which tests: those
that mirror the module first, then those of its folder, of the contract and of the laws, then
the rest of both rings. The mutants lie in copies of the tree, below TMPDIR, one for each process.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import multiprocessing
import os
import py_compile
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = "pytest_kmsmock"
RINGS: Final = (Path(PACKAGE, "service"), Path(PACKAGE, "crypto"))
# About the whole, and fast.
WHOLE: Final = (Path("tests/contract"), Path("tests/architecture"))
# In their own order, with the same examples, and no longer than needed.
PYTEST: Final = (
    *(sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"),
    *("-p", "no:randomly", "--hypothesis-seed=1"),
)
# A stage of tests ends in a few minutes, or has hung.
SECONDS: Final = 1_200


@attrs.frozen
class Verdict:
    """What became of a mutant: of *module*, at *line*, by *operator* of Cosmic Ray."""

    module: Path
    line: int
    operator: str
    noticed: bool
    diff: str


def main(arguments: Sequence[str] | None = None) -> None:
    """Try mutants, and print which of them no test has noticed."""
    options = _parser().parse_args(arguments)
    modules = sorted({each for path in options.paths for each in _modules(path)})
    mutations, places = _drawn(modules, options.seed, None if options.all else options.number)
    print(f"{len(mutations)} mutants, at {places} places in {len(modules)} modules", flush=True)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = _copies(Path(folder), options.processes, unchecked=options.unchecked)
        with multiprocessing.Pool(len(copies), _enter, (_queue(copies),)) as pool:
            verdicts = []
            for verdict in pool.imap_unordered(_tried, mutations):
                verdicts.append(verdict)
                word = "noticed" if verdict.noticed else "NOT NOTICED"
                print(f"{verdict.module}:{verdict.line} {verdict.operator} {word}", flush=True)
    print(report(verdicts))


def report(verdicts: Iterable[Verdict]) -> str:
    """Say how many mutants of each folder were noticed, and show those that were not."""
    tried: Counter[str] = Counter()
    noticed: Counter[str] = Counter()
    shown = []
    for verdict in verdicts:
        folder = verdict.module.parent.relative_to(PACKAGE).as_posix()
        tried[folder] += 1
        noticed[folder] += verdict.noticed
        if not verdict.noticed:
            shown.append(f"{verdict.module}:{verdict.line} {verdict.operator}\n{verdict.diff}\n")
    rows = [(folder, noticed[folder], tried[folder]) for folder in sorted(tried)]
    rows.append(("all", noticed.total(), tried.total()))
    lines = [f"{folder:40} {few:5} of {many:5}  {few / many:6.1%}" for folder, few, many in rows]
    return "\n".join([*sorted(shown), *lines])


def stages(module: Path, root: Path = ROOT) -> list[list[str]]:
    """
    Return the tests that should notice a fault of *module*, the likeliest first.

    Each stage is given to one run of pytest. Only what the stages before have let
    pass comes to the next one.
    """
    folder = Path("tests", *module.parent.parts[1:])
    mirroring = [folder / f"test_{module.stem}.py", folder / module.stem]
    # The folder of a whole ring is the last stage's.
    around = [folder] if len(folder.parts) > 2 else []
    own_first = sorted(RINGS, key=lambda ring: ring not in module.parents)
    rings = [Path("tests", ring.name) for ring in own_first]
    wanted = (mirroring, [*around, *WHOLE], rings)
    found = [[str(path) for path in stage if (root / path).exists()] for stage in wanted]
    return [stage for stage in found if stage]


def changes_something(before: str, after: str) -> bool:
    """Tell whether the code *after* a mutation can do something else: not so by annotations."""
    try:
        return _without_annotations(before) != _without_annotations(after)
    except SyntaxError:
        # Cosmic Ray takes the star of `def f(*, name)` for a multiplication.
        return False


def _without_annotations(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if getattr(node, name, None) is not None:
                setattr(node, name, ast.Constant(None))
    return ast.dump(tree)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Mutation testing of service/ and crypto/.")
    parser.add_argument("--number", type=int, default=300, help="how many (300)")
    parser.add_argument("--all", action="store_true", help="all mutants, which takes days")
    parser.add_argument("--seed", type=int, default=1, help="which ones (1)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--unchecked", action="store_true", help="do not run the tests without a mutant first"
    )
    parser.add_argument("paths", nargs="*", type=Path, default=RINGS, help="files or folders")
    return parser


def _modules(path: Path) -> Iterator[Path]:
    """Return the modules at *path*, as paths in the tree."""
    whole = ROOT / path
    found = whole.rglob("*.py") if whole.is_dir() else [whole]
    return (each.relative_to(ROOT) for each in found)


def _drawn(modules: Iterable[Path], seed: int, number: int | None) -> tuple[list[Any], int]:
    """
    Draw *number* mutations, or take all; say of how many places, too.

    Places are drawn, and one of the mutations at each. So an operator that Cosmic Ray
    replaces by eleven others does not count eleven times.
    """
    by_place = defaultdict(list)
    for module in modules:
        for mutation in _mutations(module):
            by_place[module, mutation.start_pos, mutation.end_pos].append(mutation)
    if number is None:
        every = (each for there in by_place.values() for each in there)
        return [each for each in every if _counts(each)], len(by_place)
    draw = random.Random(seed)
    drawn: list[Any] = []
    for place in draw.sample(sorted(by_place), len(by_place)):
        if len(drawn) == number:
            break
        mutation = draw.choice(by_place[place])
        if _counts(mutation):
            drawn.append(mutation)
    return drawn, len(by_place)


def _mutations(module: Path) -> Iterator[Any]:
    """Return what Cosmic Ray would do to *module*."""
    from cosmic_ray.ast import ast_nodes, get_ast_from_path
    from cosmic_ray.plugins import get_operator, operator_names
    from cosmic_ray.work_item import MutationSpec

    nodes = list(ast_nodes(get_ast_from_path(ROOT / module)))
    for name in operator_names():
        # Whether equal values are one object is the interpreter's affair.
        if get_operator(name).arguments() or name.endswith(("Eq_Is", "Eq_IsNot")):
            continue
        operator = get_operator(name)()
        places = (place for node in nodes for place in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(places):
            yield MutationSpec(module, name, occurrence, start, end)


def _counts(mutation: Any) -> bool:
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    code = (ROOT / mutation.module_path).read_text()
    try:
        mutated = mutate_code(code, get_operator(mutation.operator_name)(), mutation.occurrence)
    except AttributeError:
        # Cosmic Ray replaces no exception whose name has a dot.
        return False
    return mutated is not None and changes_something(code, mutated)


def _copies(folder: Path, number: int, *, unchecked: bool) -> list[Path]:
    """Copy the tree *number* times, and see that its tests pass, else all would notice all."""
    first, *more = (folder / str(index) for index in range(number))
    shutil.copytree(ROOT, first, ignore=shutil.ignore_patterns(".*", "__pycache__", "site"))
    # Bytecode that is compared with its source: a mutant has the size of what it mutates, and
    # may have its time.
    compileall.compile_dir(
        first / PACKAGE, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
    )
    tests = map(str, (*WHOLE, *(Path("tests", ring.name) for ring in RINGS)))
    environment = {**os.environ, "PYTHONPATH": str(first)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if not unchecked:
        subprocess.run([*PYTEST, "-n", str(number), *tests], cwd=first, env=environment, check=True)
    for copy in more:
        shutil.copytree(first, copy)
    return [first, *more]


def _queue(copies: Iterable[Path]) -> Any:
    queue: Any = multiprocessing.SimpleQueue()
    for copy in copies:
        queue.put(copy)
    return queue


def _enter(queue: Any) -> None:
    """Have this process work in a copy of its own."""
    copy = queue.get()
    os.chdir(copy)
    os.environ["PYTHONPATH"] = str(copy)


def _tried(mutation: Any) -> Verdict:
    from cosmic_ray.mutating import mutate_and_test

    for stage in stages(mutation.module_path):
        result = mutate_and_test([mutation], " ".join([*PYTEST, *stage]), SECONDS)
        if result.test_outcome is None or result.diff is None:
            raise RuntimeError(f"{mutation} could not be tried: {result}")
        if result.is_killed:
            break
    return Verdict(
        module=mutation.module_path,
        line=mutation.start_pos[0],
        operator=mutation.operator_name.removeprefix("core/"),
        noticed=result.is_killed,
        diff=result.diff,
    )


if __name__ == "__main__":
    main()

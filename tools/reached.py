"""
What the code of an operation names: errors and texts, in all functions that it can come to.

It is read from the syntax tree of the sources. Functions are followed through the
names of their modules. Methods of values are not, so what only they raise or read
counts as not handled.
"""

from __future__ import annotations

import ast
import functools
import importlib
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from pytest_kmsmock.crypto.cache import Cache
from pytest_kmsmock.service.api import errors
from pytest_kmsmock.service.api.shapes import shapes_of
from pytest_kmsmock.service.operations.operation import Operation
from pytest_kmsmock.service.rules.key_states import KEY_STATES
from pytest_kmsmock.service.serving import recipients
from pytest_kmsmock.service.serving.recipients import SECRETS

PACKAGE: Final = "pytest_kmsmock"
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@attrs.frozen
class Reached:
    """
    What the code of an operation names.

    Attributes:
        errors: Of AWS, by the names of their classes.
        texts: Members of requests and responses among them.
    """

    errors: frozenset[str]
    texts: frozenset[str]

    @classmethod
    def of(cls, operation: Operation) -> Reached:
        reached = cls.from_(
            operation.act,
            operation.find,
            operation.check_first,
            operation.choose,
            operation.fit,
            None if operation.takes_alias else operation.alias_refusal,
            None if operation.across_accounts else operation.foreign_refusal,
            *((recipients.attest, recipients.sealed) if operation.name in SECRETS else ()),
        )
        return cls(
            reached.errors | _raised_by_service(operation),
            reached.texts
            | {operation.key_member or "", operation.algorithm_member or ""}
            | {"DryRun", "GrantTokens"},
        )

    @classmethod
    def from_(cls, *functions: Any) -> Reached:
        seen: dict[int, Any] = {}
        todo = [*functions]
        while todo:
            thing = todo.pop()
            if id(thing) not in seen:
                seen[id(thing)] = thing
                todo.extend(_named_by(thing))
        return cls(
            frozenset(
                thing.__name__
                for thing in seen.values()
                if isinstance(thing, type) and issubclass(thing, errors.KmsError)
            ),
            frozenset(thing for thing in seen.values() if isinstance(thing, str)),
        )


def _raised_by_service(operation: Operation) -> frozenset[str]:
    """Return what `service.py` raises before *operation* acts, by its row and its members."""
    cells = KEY_STATES[operation.name].values() if operation.name in KEY_STATES else ()
    raised = {cell.error for cell in cells if cell is not None}
    if operation.usage is not None:
        raised.add(errors.InvalidKeyUsageException)
    if operation.origin is not None:
        raised.add(errors.UnsupportedOperationException)
    if "DryRun" in shapes_of(operation.name).members:
        raised.add(errors.DryRunOperationException)
    if "GrantTokens" in shapes_of(operation.name).members:
        raised.add(errors.InvalidGrantTokenException)
    return frozenset(error.__name__ for error in raised)


def _named_by(thing: Any) -> Iterator[Any]:
    """Yield what the source of *thing* names: functions, classes, tables, texts."""
    thing = getattr(thing, "__wrapped__", thing)
    if isinstance(thing, Cache):
        yield thing.make
    elif isinstance(thing, Mapping):
        yield from (*thing.keys(), *thing.values())
    elif isinstance(thing, tuple | list | set | frozenset):
        yield from thing
    elif not getattr(thing, "__module__", "").startswith(PACKAGE):
        return
    elif isinstance(thing, type) and not issubclass(thing, errors.KmsError):
        yield from (each for each in vars(thing).values() if isinstance(each, types.FunctionType))
    elif isinstance(thing, types.FunctionType):
        yield from _named_in_code(thing)


def _named_in_code(function: types.FunctionType) -> Iterator[Any]:
    """Yield the texts of *function*, and what the names mean that it has from modules."""
    for definition in _definitions(function):
        imported = _imported(definition, function.__globals__["__package__"])
        known = {**function.__globals__, **imported}
        own = {*_own_names(definition)} - imported.keys()
        for node in _statements(definition):
            if isinstance(node, ast.Constant):
                yield node.value
            elif isinstance(node, ast.Name) and node.id not in own:
                value = known.get(node.id)
                if not _is_module(value):
                    yield value
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                module = known.get(node.value.id)
                if node.value.id not in own and _is_module(module):
                    yield getattr(module, node.attr)


def _is_module(value: Any) -> bool:
    return isinstance(value, types.ModuleType) and value.__name__.startswith(PACKAGE)


def _definitions(function: types.FunctionType) -> list[ast.AST]:
    """Return the definition of *function*; of several lambdas of one line all of them."""
    code = function.__code__
    return _definitions_in(code.co_filename).get((code.co_name, code.co_firstlineno), [])


@functools.cache
def _definitions_in(file: str) -> dict[tuple[str, int], list[ast.AST]]:
    """Return what *file* defines, by name and first line."""
    found: dict[tuple[str, int], list[ast.AST]] = {}
    path = Path(file)
    if not path.exists():  # what attrs and the decoders make is in no file
        return found
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, _DEFINITIONS):
            name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
            decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
            line = min(each.lineno for each in (node, *decorators))
            found.setdefault((name, line), []).append(node)
    return found


def _imported(definition: ast.AST, package: str) -> dict[str, Any]:
    """Return what a definition imports of the package, when it is called."""
    found: dict[str, Any] = {}
    for node in ast.walk(definition):
        if isinstance(node, ast.ImportFrom) and node.level:
            module = importlib.import_module("." * node.level + (node.module or ""), package)
            for alias in node.names:
                if not hasattr(module, alias.name):
                    importlib.import_module(f"{module.__name__}.{alias.name}")
                found[alias.asname or alias.name] = getattr(module, alias.name)
    return found


def _own_names(definition: ast.AST) -> Iterator[str]:
    """Yield the names that are a definition's own: arguments, variables, what is in it."""
    for node in ast.walk(definition):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, _DEFINITIONS) and node is not definition:
            yield getattr(node, "name", "")


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all that is done in a definition: no annotations, and no docstrings."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_docstring(child):
                yield child
                yield from _statements(child)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)

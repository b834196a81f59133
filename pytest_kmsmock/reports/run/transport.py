"""Rows as JSON can carry them: from a worker, and from run to run."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from .rows import CallRow, KeyRow, Recipe, Step, TestRow

_CALL = "call"


def steps_to_json(steps: tuple[Step, ...]) -> dict[str, Any]:
    """
    Return *steps* as values of JSON.

    Calls and steps are told apart, since a test makes the same call again and again: a
    step is the place of its call, or that with how often it was made and in which second.
    """
    keys: dict[KeyRow, int] = {}
    calls: dict[CallRow, int] = {}
    places = [calls.setdefault(step.call, len(calls)) for step in steps]
    return {
        "calls": [_call_to_json(call, keys) for call in calls],
        "keys": [_key_to_json(key) for key in keys],
        "steps": [
            place if (step.times, step.seconds) == (1, 0) else [place, step.times, step.seconds]
            for place, step in zip(places, steps, strict=True)
        ],
    }


def steps_from_json(value: Mapping[str, Any]) -> tuple[Step, ...]:
    keys = [_key_from_json(each) for each in value["keys"]]
    calls = [_call_from_json(each, keys) for each in value["calls"]]
    return tuple(_step_from_json(each, calls) for each in value["steps"])


def _step_from_json(value: Any, calls: list[CallRow]) -> Step:
    place, times, seconds = value if isinstance(value, list | tuple) else (value, 1, 0)
    return Step(calls[place], int(times), int(seconds))


def test_to_json(test: TestRow) -> dict[str, Any]:
    recipe = test.recipe
    return {
        "id": test.id,
        "outcome": test.outcome,
        "recipe": None if recipe is None else recipe_to_json(recipe),
        **steps_to_json(test.steps),
    }


def test_from_json(value: Mapping[str, Any]) -> TestRow:
    return TestRow(
        str(value["id"]),
        str(value["outcome"]),
        steps_from_json(value),
        recipe_from_json(value["recipe"]),
    )


def recipe_to_json(recipe: Recipe) -> dict[str, Any]:
    return {
        "function": recipe.function,
        "class": recipe.within,
        "arguments": list(recipe.arguments),
        "async": recipe.is_async,
        "marked": recipe.is_marked,
    }


def recipe_from_json(value: Mapping[str, Any] | None) -> Recipe | None:
    if value is None:
        return None
    return Recipe(
        str(value["function"]),
        None if value["class"] is None else str(value["class"]),
        tuple(map(str, value["arguments"])),
        bool(value["async"]),
        bool(value["marked"]),
    )


def _key_to_json(key: KeyRow) -> dict[str, Any]:
    return {
        "name": key.name,
        "named": key.is_named,
        "spec": key.spec,
        "usage": key.usage,
        "account": key.account,
        "region": key.region,
    }


def _key_from_json(value: Mapping[str, Any]) -> KeyRow:
    return KeyRow(
        _shared(value["name"]),
        bool(value["named"]),
        _shared(value["spec"]),
        _shared(value["usage"]),
        _shared(value["account"]),
        _shared(value["region"]),
    )


def _call_to_json(call: CallRow, places: dict[KeyRow, int]) -> dict[str, Any]:
    value: dict[str, Any] = {
        "operation": call.operation,
        "keys": [[places.setdefault(key, len(places)), state] for key, state in call.keys],
        "source": call.source,
        "function": call.function,
        "principal": call.principal,
        "region": call.region,
    }
    # What most calls have goes without saying.
    if call.error is not None:
        value["error"] = call.error
    if call.retried:
        value["retried"] = list(call.retried)
    if call.phase != _CALL:
        value["phase"] = call.phase
    return value


def _call_from_json(value: Mapping[str, Any], keys: list[KeyRow]) -> CallRow:
    error = value.get("error")
    return CallRow(
        _shared(value.get("phase", _CALL)),
        _shared(value["operation"]),
        None if error is None else _shared(error),
        tuple(map(_shared, value.get("retried", ()))),
        tuple((keys[place], _shared(state)) for place, state in value["keys"]),
        _shared(value["source"]),
        _shared(value["function"]),
        _shared(value["principal"]),
        _shared(value["region"]),
    )


def _shared(text: object) -> str:
    """Return *text*, of which thousands of calls have the same."""
    return sys.intern(str(text))

"""Rows as JSON can carry them: from a worker, and from run to run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .rows import CallRow, KeyRow, Recipe, Step, TestRow

_CALL = "call"


def steps_to_json(steps: tuple[Step, ...]) -> dict[str, Any]:
    """Return *steps* as values of JSON: the keys, and calls that name them by their places."""
    places: dict[KeyRow, int] = {}
    calls = [_call_to_json(step, places) for step in steps]
    return {"keys": [_key_to_json(key) for key in places], "calls": calls}


def steps_from_json(value: Mapping[str, Any]) -> tuple[Step, ...]:
    keys = [
        KeyRow(
            str(each["name"]),
            bool(each["named"]),
            str(each["spec"]),
            str(each["usage"]),
            str(each["account"]),
            str(each["region"]),
        )
        for each in value["keys"]
    ]
    return tuple(_call_from_json(each, keys) for each in value["calls"])


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


def _call_to_json(step: Step, places: dict[KeyRow, int]) -> dict[str, Any]:
    call = step.call
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
    if step.times != 1:
        value["times"] = step.times
    if step.seconds:
        value["seconds"] = step.seconds
    return value


def _call_from_json(value: Mapping[str, Any], keys: list[KeyRow]) -> Step:
    error = value.get("error")
    call = CallRow(
        str(value.get("phase", _CALL)),
        str(value["operation"]),
        None if error is None else str(error),
        tuple(map(str, value.get("retried", ()))),
        tuple((keys[place], str(state)) for place, state in value["keys"]),
        str(value["source"]),
        str(value["function"]),
        str(value["principal"]),
        str(value["region"]),
    )
    return Step(call, int(value.get("times", 1)), int(value.get("seconds", 0)))

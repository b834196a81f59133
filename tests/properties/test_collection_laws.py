"""`SortedMap` and `Arrivals` behave as plain dicts of which each change is a new one."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pytest_kmsmock.service.state import sorted_map
from pytest_kmsmock.service.state.arrivals import Arrivals
from pytest_kmsmock.service.state.sorted_map import SortedMap

names = st.text("abcdefgh", min_size=1, max_size=3)
Collection = SortedMap[str, int] | Arrivals[int]


@pytest.fixture(autouse=True, scope="module")
def _small_blocks() -> Any:
    """Blocks so small that a few names fill several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorted_map, "_MOST", 4)
        yield


class CollectionMachine(RuleBasedStateMachine):
    """Puts and removes; a dict, which keeps its order, is the model."""

    new: ClassVar[Any] = Arrivals

    def __init__(self) -> None:
        super().__init__()
        self.collection: Collection = self.new()
        self.model: dict[str, int] = {}
        # What was there before, which nothing changes any more.
        self.former: list[tuple[Collection, dict[str, int]]] = []

    def in_order(self) -> list[str]:
        return list(self.model)

    def change(self, collection: Collection) -> None:
        self.former = [*self.former[-5:], (self.collection, self.model.copy())]
        self.collection = collection

    @rule(name=names, value=st.integers(0, 9))
    def put(self, name: str, value: int) -> None:
        self.change(self.collection.put(name, value))
        self.model[name] = value

    @rule(many=st.lists(names, min_size=5, max_size=30))
    def put_many(self, many: list[str]) -> None:
        for name in many:
            self.put(name, 1)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.model)))
        self.change(self.collection.remove(name))
        del self.model[name]

    @rule(name=names)
    def remove_what_is_not_there(self, name: str) -> None:
        """It is the same one then, without a copy."""
        if name not in self.model:
            assert self.collection.remove(name) is self.collection

    @precondition(lambda self: self.model)
    @rule()
    def remove_most(self) -> None:
        """The one that is left is the last that came."""
        for name in list(self.model)[:-1]:
            self.change(self.collection.remove(name))
            del self.model[name]

    @rule(limit=st.integers(1, 7))
    def page_through(self, limit: int) -> None:
        """All pages together are the list, each full but the last."""
        pages = []
        after: str | None = ""
        while after is not None:
            page, after = self.collection.page(after, limit)
            pages.append(page)

        assert [value for page in pages for value in page] == self.values_in_order()
        assert all(len(page) == limit for page in pages[:-1])

    def values_in_order(self) -> list[int]:
        return [self.model[name] for name in self.in_order()]

    @rule(limit=st.integers(1, 5), data=st.data())
    def remove_while_paging(self, limit: int, data: st.DataObject) -> None:
        """What stays comes once, whatever was removed meanwhile."""
        self.number()
        first, after = self.collection.page("", limit)
        gone = {
            name for name in list(self.model) if data.draw(st.booleans(), label=f"remove {name}")
        }
        for name in gone:
            self.change(self.collection.remove(name))
            del self.model[name]

        assert self.rest(after) == [v for v in self.values_in_order() if v not in first]

    @rule(limit=st.integers(1, 5), new=st.lists(names, unique=True, max_size=4))
    def add_while_paging(self, limit: int, new: list[str]) -> None:
        """What is put meanwhile makes nothing come twice or never."""
        self.number()
        before = self.values_in_order()
        first, after = self.collection.page("", limit)
        for name in new:
            self.put(name, self.model.get(name, 1000 + len(self.model)))

        listed = [*first, *self.rest(after)]
        assert [value for value in listed if value in before] == before
        assert len(set(listed)) == len(listed)

    def number(self) -> None:
        """Let no two names have the same value."""
        for number, name in enumerate(self.in_order()):
            self.put(name, number)

    def rest(self, after: str | None) -> list[int]:
        rest: list[int] = []
        while after is not None:
            page, after = self.collection.page(after, 3)
            rest += page
        return rest

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        assert len(self.collection) == len(self.model)
        assert list(self.collection) == self.values_in_order()
        for name, value in self.model.items():
            assert self.collection.get(name) == value
        assert self.collection.get("none of these") is None

    @invariant()
    def what_was_there_before_is_as_it_was(self) -> None:
        for collection, model in self.former:
            assert len(collection) == len(model)
            assert {name: collection.get(name) for name in model} == model
            assert sorted(collection) == sorted(model.values())


class SortedMachine(CollectionMachine):
    """The same, with the names in order."""

    new = SortedMap

    def in_order(self) -> list[str]:
        return sorted(self.model)


CollectionMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25)
SortedMachine.TestCase.settings = CollectionMachine.TestCase.settings
TestArrivals = CollectionMachine.TestCase
TestSortedMap = SortedMachine.TestCase


@given(present=st.lists(names, unique=True, max_size=40))
def test_removed_and_put_again_comes_last(present: list[str]) -> None:
    """A name that comes back is a new entry: at the end, and once."""
    arrivals: Arrivals[str] = Arrivals()
    for name in present:
        arrivals = arrivals.put(name, name)
    for name in present[: len(present) // 2]:
        arrivals = arrivals.remove(name).put(name, name)

    page, _ = arrivals.page("", 1000)

    half = len(present) // 2
    assert page == present[half:] + present[:half]


@given(present=st.lists(st.text(max_size=3), unique=True, max_size=40))
def test_the_order_of_names_is_that_of_their_bytes(present: list[str]) -> None:
    """Upper case before lower, and no alphabet of any language."""
    in_order: SortedMap[str, str] = SortedMap()
    for name in present:
        in_order = in_order.put(name, name)

    in_bytes = sorted(name.encode("utf-8", "surrogatepass") for name in present)
    assert [name.encode("utf-8", "surrogatepass") for name in in_order] == in_bytes

"""`Collection` behaves as a plain list of names: one that grows at its end, or one in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pytest_kmsmock.service.state.collection import START, Collection, Position
from pytest_kmsmock.service.values.key import Alias

names = st.text("abcdefgh", min_size=1, max_size=2)


def alias(name: str, key_id: str = "") -> Alias:
    return Alias("123456789012", "us-east-1", name, key_id, 0.0, 0.0)


class CollectionMachine(RuleBasedStateMachine):
    """Puts and removes; a dict, which keeps its order, is the model."""

    is_sorted: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.collection: Collection[Alias] = Collection(is_sorted=self.is_sorted)
        self.model: dict[str, Alias] = {}

    def in_order(self) -> list[str]:
        return sorted(self.model) if self.is_sorted else list(self.model)

    @rule(name=names, key_id=st.sampled_from(["1", "2"]))
    def put(self, name: str, key_id: str) -> None:
        value = alias(name, key_id)
        self.collection.put(name, value)
        self.model[name] = value

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.model)))
        self.collection.remove(name)
        del self.model[name]

    @precondition(lambda self: self.model)
    @rule()
    def remove_most(self) -> None:
        """The one that is left is the last that came."""
        for name in list(self.model)[:-1]:
            self.collection.remove(name)
            del self.model[name]

    @rule()
    def go_on_with_a_copy(self) -> None:
        """What happens to the copy does not happen to the original."""
        original, self.collection = self.collection, self.collection.copy()
        original.put("original", alias("original"))

    @rule(limit=st.integers(1, 7))
    def page_through(self, limit: int) -> None:
        """All pages together are the list, each full but the last."""
        pages = []
        after: Position | None = START
        while after is not None:
            page, after = self.collection.page(after, limit)
            pages.append([value.name for value in page])

        assert [name for page in pages for name in page] == self.in_order()
        assert all(len(page) == limit for page in pages[:-1])

    @rule(limit=st.integers(1, 5), data=st.data())
    def change_while_paging(self, limit: int, data: st.DataObject) -> None:
        """What stays comes once, whatever was removed meanwhile."""
        first, after = self.collection.page(START, limit)
        gone = {
            name for name in list(self.model) if data.draw(st.booleans(), label=f"remove {name}")
        }
        for name in gone:
            self.collection.remove(name)
            del self.model[name]
        rest: list[Alias] = []
        while after is not None:
            page, after = self.collection.page(after, limit)
            rest += page

        seen = {value.name for value in first}
        assert [value.name for value in rest] == [n for n in self.in_order() if n not in seen]

    @rule(limit=st.integers(1, 5), new=st.lists(names, unique=True, max_size=4))
    def add_while_paging(self, limit: int, new: list[str]) -> None:
        """What is put meanwhile makes nothing come twice or never."""
        before = self.in_order()
        first, after = self.collection.page(START, limit)
        for name in new:
            self.put(name, "1")
        rest: list[Alias] = []
        while after is not None:
            page, after = self.collection.page(after, limit)
            rest += page

        listed = [value.name for value in [*first, *rest]]
        assert [name for name in listed if name in before] == before
        assert len(set(listed)) == len(listed)

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        assert len(self.collection) == len(self.model)
        assert list(self.collection) == list(self.model.values())
        for name, value in self.model.items():
            assert self.collection.get(name) == value
        assert self.collection.get("none of these") is None


class SortedCollectionMachine(CollectionMachine):
    """The same, with the names in order."""

    is_sorted = True


CollectionMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25)
SortedCollectionMachine.TestCase.settings = CollectionMachine.TestCase.settings
TestCollection = CollectionMachine.TestCase
TestSortedCollection = SortedCollectionMachine.TestCase


@given(present=st.lists(names, unique=True, max_size=40), limit=st.integers(1, 50))
def test_removed_and_put_again_comes_last(present: list[str], limit: int) -> None:
    """A name that comes back is a new entry: at the end, and once."""
    collection: Collection[Alias] = Collection()
    for name in present:
        collection.put(name, alias(name))
    for name in present[: len(present) // 2]:
        collection.remove(name)
        collection.put(name, alias(name))

    page, _ = collection.page(START, 1000)

    half = len(present) // 2
    assert [value.name for value in page] == present[half:] + present[:half]


@given(present=st.lists(st.text(max_size=3), unique=True, max_size=40))
def test_the_order_of_names_is_that_of_their_bytes(present: list[str]) -> None:
    """Upper case before lower, and no alphabet of any language."""
    collection: Collection[str] = Collection(is_sorted=True)
    for name in present:
        collection.put(name, name)

    page, _ = collection.page(START, 1000)

    in_bytes = sorted(name.encode("utf-8", "surrogatepass") for name in present)
    assert [name.encode("utf-8", "surrogatepass") for name in page] == in_bytes


class _Busy(list[Position]):
    """Positions that another thread changes just before a page is cut out of them."""

    change: Callable[[], object] | None = None

    def __getitem__(self, index: Any) -> Any:
        change = self.change if isinstance(index, slice) else None
        if change is not None:
            self.change = None
            change()
        return super().__getitem__(index)


@pytest.mark.parametrize("change", ["put", "remove", "remove all"])
@pytest.mark.parametrize("after", ["", "d", "g", "z"])
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_a_page_is_one_moment(change: str, after: str, limit: int) -> None:
    """What stays while another thread adds and removes is in every list, and once."""
    collection: Collection[str] = Collection(is_sorted=True)
    for name in "bdfhjl":
        collection.put(name, name)
    collection._positions = busy = _Busy(collection._positions)
    changes: dict[str, Callable[[], object]] = {
        "put": lambda: collection.put("a", "a"),
        "remove": lambda: collection.remove("b"),
        "remove all": lambda: [collection.remove(name) for name in "bdfhjl"],
    }
    busy.change = changes[change]

    page, following = collection.page((0, after), limit)

    left = [name for name in sorted(collection.by_name) if name > after]
    assert busy.change is None
    assert page == left[:limit]
    assert following == ((0, left[limit - 1]) if len(left) > limit else None)


@given(present=st.lists(names, unique=True, min_size=1, max_size=9), again=st.booleans())
def test_an_interrupted_put_leaves_nothing_torn(present: list[str], again: bool) -> None:
    """What a signal interrupted is not listed, and can be put again."""
    collection: Collection[str] = Collection(is_sorted=True)
    for name in present:
        collection.put(name, name)
    del collection.by_name[present[0]]  # as if it had come no further

    if again:
        collection.put(present[0], present[0])

    page, _ = collection.page(START, 100)
    assert page == sorted(present if again else present[1:])

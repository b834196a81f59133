"""`Collection` behaves as a plain list of names that grows at its end."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pytest_kmsmock.service.state.collection import Collection
from pytest_kmsmock.service.values.key import Alias

names = st.text("abcdefgh", min_size=1, max_size=2)


def alias(name: str, key_id: str = "") -> Alias:
    return Alias("123456789012", "us-east-1", name, key_id, 0.0, 0.0)


class CollectionMachine(RuleBasedStateMachine):
    """Puts and removes; a dict, which keeps its order, is the model."""

    def __init__(self) -> None:
        super().__init__()
        self.collection: Collection[Alias] = Collection()
        self.model: dict[str, Alias] = {}

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
        """Make the collection tidy itself up."""
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
        after: int | None = 0
        while after is not None:
            page, after = self.collection.page(after, limit)
            pages.append(page)

        assert [value for page in pages for value in page] == list(self.model.values())
        assert all(len(page) == limit for page in pages[:-1])

    @rule(limit=st.integers(1, 5), data=st.data())
    def change_while_paging(self, limit: int, data: st.DataObject) -> None:
        """What stays comes once; what is put meanwhile comes at the end, if it is new."""
        first, after = self.collection.page(0, limit)
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
        assert [value.name for value in rest] == [name for name in self.model if name not in seen]

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        assert len(self.collection) == len(self.model)
        assert list(self.collection) == list(self.model.values())
        for name, value in self.model.items():
            assert self.collection.get(name) == value
        assert self.collection.get("none of these") is None


CollectionMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25)
TestCollection = CollectionMachine.TestCase


@given(present=st.lists(names, unique=True, max_size=40), limit=st.integers(1, 50))
def test_removed_and_put_again_comes_last(present: list[str], limit: int) -> None:
    """A name that comes back is a new entry: at the end, and once."""
    collection: Collection[Alias] = Collection()
    for name in present:
        collection.put(name, alias(name))
    for name in present[: len(present) // 2]:
        collection.remove(name)
        collection.put(name, alias(name))

    page, _ = collection.page(0, 1000)

    half = len(present) // 2
    assert [value.name for value in page] == present[half:] + present[:half]

"""
Values in the order in which they came, example by example.

That they behave as dicts in whatever order things happen is a law in tests/properties.
"""

from __future__ import annotations

from pytest_kmsmock.service.state.arrivals import Arrivals


def of(*names: str) -> Arrivals[str]:
    made: Arrivals[str] = Arrivals()
    for name in names:
        made = made.put(name, f"value of {name}")
    return made


def test_values_come_in_the_order_in_which_their_names_came() -> None:
    assert list(of("b", "a", "c")) == ["value of b", "value of a", "value of c"]


def test_a_changed_value_keeps_its_place() -> None:
    """And the one before keeps its value."""
    before = of("b", "a")

    changed = before.put("b", "new")

    assert list(changed) == ["new", "value of a"]
    assert list(before) == ["value of b", "value of a"]
    assert len(changed) == 2


def test_a_name_that_comes_again_comes_last() -> None:
    again = of("b", "a").remove("b").put("b", "new")

    assert list(again) == ["value of a", "new"]


def test_a_number_is_never_given_twice() -> None:
    """Else a marker would go on in the middle of what came since."""
    page, after = of("a", "b", "c").page("", 2)
    assert (page, after) == (["value of a", "value of b"], "2")

    later = of("a", "b", "c").remove("c").remove("b").put("d", "value of d")

    assert later.page("2", 9) == (["value of d"], None)
    assert later.page("3", 9) == (["value of d"], None)


def test_a_value_is_found_by_its_name() -> None:
    values = of("a", "b").remove("a")

    assert values.get("b") == "value of b"
    assert values.get("a") is values.get("c") is None


def test_what_is_not_there_is_removed_without_a_copy() -> None:
    values = of("a")

    assert values.remove("b") is values
    assert len(values.remove("a")) == 0
    assert len(values) == 1


def test_pages_put_together_are_all_of_it() -> None:
    """The position is opaque, and empty at the beginning."""
    values = of(*"abcdefg")
    seen: list[str] = []
    after: str | None = ""

    while after is not None:
        page, after = values.page(after, 3)
        seen += page

    assert seen == list(values)

"""The report's page in a browser: looked at, and driven by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest
from reported import UNNAMED, VAULT, call, run_of, test_of

from pytest_kmsmock.reports.run.rows import Step

pytestmark = pytest.mark.extra("report")

Show = Callable[..., Any]
Press = Callable[..., None]

# As WebDriver has them.
ENTER: Final = "\ue007"
ESCAPE: Final = "\ue00c"
TAB: Final = "\ue004"
LEFT: Final = "\ue012"
UP: Final = "\ue013"
RIGHT: Final = "\ue014"
DOWN: Final = "\ue015"

CONTRASTS: Final = """
const colour = (text) => {
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.fillStyle = text;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const light = (rgb) => {
  const [r, g, b] = rgb.slice(0, 3).map((each) => {
    const part = each / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ground = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const found = colour(getComputedStyle(at).backgroundColor);
    if (found[3] === 255) return found;
  }
  return [255, 255, 255, 255];
};
const low = [];
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!own || !element.checkVisibility() || element.closest("script, noscript")) continue;
  const [one, other] = [light(colour(getComputedStyle(element).color)), light(ground(element))];
  const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  if (contrast < 4.5) low.push(`${element.className || element.tagName}: ${contrast.toFixed(2)}`);
}
return [...new Set(low)];
"""


def shown_tests(page: Any) -> list[str]:
    """Return the names of the tests that are to be seen."""
    return [
        element.text.rpartition("::")[2]
        for element in page.find_elements("css selector", ".test .id")
        if element.is_displayed()
    ]


def focused(page: Any) -> str:
    """Return the text of what has the focus."""
    text: str = page.switch_to.active_element.text
    return re.sub(r"\s+", " ", text)


def opened(page: Any) -> Any:
    """Return the dialog that is open."""
    [dialog] = page.find_elements("css selector", "dialog[open]")
    return dialog


def test_the_search_is_first_and_hides_other_tests(show: Show, press: Press) -> None:
    """By name, operation, key, state, error and line; all words must fit."""
    page = show()
    press(TAB)
    assert page.switch_to.active_element.get_attribute("id") == "search"

    for text, found in {
        "disabledexception": ["test_disabled"],
        "Disabled vault.py:9": ["test_disabled"],
        "throttling": ["test_throttled"],
        "test_a": ["test_again"],
        '"key 1"': [],
        "key 1": ["test_unnamed"],
        "decrypt encrypt": ["test_reads", "test_disabled"],
    }.items():
        press(ESCAPE, ESCAPE, "/", text)
        assert shown_tests(page) == found
        assert page.find_element("id", "found").text == f"{len(found)} of 5 tests"

    press(ESCAPE)
    assert len(shown_tests(page)) == 5
    assert page.find_element("id", "found").text == "5 tests"


def test_the_search_is_kept_over_a_reload(show: Show, press: Press) -> None:
    """Whatever is in it."""
    page = show(run_of([test_of("test[50% & <b>#]", call("Encrypt")), test_of("test_b")]))
    press("/", "50% & <b>#")

    page.refresh()

    assert page.find_element("id", "search").get_property("value") == "50% & <b>#"
    assert shown_tests(page) == ["test[50% & <b>#]"]


def test_the_tests_behind_a_cell_are_reached_by_keyboard(show: Show, press: Press) -> None:
    """From the matrix to the timeline of one of them, and back."""
    page = show()

    press("m")
    assert focused(page) == "Decrypt 3 calls 3 tests 2 of 3 provoked"
    press(DOWN, RIGHT, DOWN)
    assert focused(page) == "not provoked"
    press(UP, LEFT, ENTER)

    dialog = opened(page)
    assert "Decrypt: DisabledException" in dialog.text
    assert "Provoked." in dialog.text
    [test] = dialog.find_elements("css selector", "li button")
    assert test.text == "tests/test_vault.py::test_disabled"
    press(TAB, ENTER)
    assert not page.find_elements("css selector", "dialog[open]")
    assert focused(page).startswith("passed tests/test_vault.py::test_disabled")
    [timeline] = page.find_elements("css selector", ".test[open] .timeline")
    assert "DisabledException" in timeline.text
    press("m", ENTER, ESCAPE)
    assert not page.find_elements("css selector", "dialog[open]")


def test_a_failure_that_is_not_provoked_has_a_test_to_paste(show: Show, press: Press) -> None:
    """For it alone, and for all of its operation."""
    page = show()

    press("u", ENTER)
    dialog = opened(page)
    assert "Encrypt: DisabledException" in dialog.text
    assert '@pytest.mark.kms_failures("Encrypt", only=["DisabledException"])' in dialog.text
    assert "def test_again_when_encrypt_fails(kms):" in dialog.text
    assert "4 tests that reach Encrypt" in dialog.text
    press("c")
    assert dialog.find_element("id", "copied").text in ("Copied.", "It is selected.")
    press(ESCAPE, "u", ENTER)
    assert "Encrypt: ThrottlingException" in opened(page).text
    press(ESCAPE, UP, UP, ENTER)
    assert '@pytest.mark.kms_failures("Encrypt")' in opened(page).text


def test_tests_are_gone_through_by_keyboard(show: Show, press: Press) -> None:
    """Those that the search has left."""
    page = show()
    press("/", "decrypt", ENTER)
    assert focused(page).startswith("passed tests/test_vault.py::test_reads ")

    press("n", "n", ENTER)
    assert focused(page).startswith("passed tests/test_vault.py::test_throttled")
    [step] = page.find_elements("css selector", ".test[open] .timeline li")
    assert step.text.split("\n") == [
        "1.",
        "Decrypt",
        "alias/vault Enabled",
        "answered, after ThrottlingException 2×",
        "vault.py:13",
        "by arn:aws:iam::123456789012:root in us-east-1",
    ]
    press("n")
    assert "test_throttled" in focused(page)
    press("p")
    assert "test_disabled" in focused(page)
    press("k", ENTER)
    assert "alias/vault" in opened(page).text


def test_a_timeline_tells_repetitions_phases_and_time(show: Show, press: Press) -> None:
    """And, where there is much of it, begins with the first steps."""
    abroad = attrs.evolve(VAULT, name="alias/abroad", region="eu-west-1")
    steps = [
        Step(call("Encrypt", phase="setup"), 1, 0),
        Step(call("Encrypt", keys=((UNNAMED, "Enabled"), (abroad, "Disabled"))), 1_000, 0),
        *(Step(call("Decrypt", "DisabledException"), 1, 100_000 + each) for each in range(250)),
    ]
    page = show(run_of([test_of("test_it", steps=tuple(steps))]))

    press("n", ENTER)

    rows = [each.text.split("\n") for each in page.find_elements("css selector", ".timeline li")]
    assert len(rows) == 200
    assert rows[0][0] == "1. in setup"
    assert rows[1][:3] == [
        "2.",
        "Encrypt 1,000×",
        "key 1 Enabled alias/abroad in eu-west-1 Disabled",
    ]
    assert rows[2][0] == "3. after 1 d 3 h"
    press(TAB, ENTER)
    assert len(page.find_elements("css selector", ".timeline li")) == 252


def test_every_shortcut_is_listed(show: Show, press: Press) -> None:
    """By `?`; what is typed into the search is none."""
    page = show()

    press("?")
    listed = opened(page).find_elements("css selector", "dt kbd")
    assert [each.text for each in listed] == ["/", "m", "u", "t", "n", "p", "k", "c", "Esc", "?"]
    press(ESCAPE, "/", "?mutnpk")

    assert not page.find_elements("css selector", "dialog[open]")
    assert page.find_element("id", "search").get_property("value") == "?mutnpk"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_in_light_and_dark(show: Show, press: Press, scheme: str) -> None:
    """By the preference of who looks at it, with the contrast that WCAG asks for."""
    page = show(scheme=scheme)
    ground = page.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}[scheme]
    for test in page.find_elements("css selector", ".test summary"):
        page.execute_script("arguments[0].click()", test)

    assert page.execute_script(CONTRASTS) == []
    press("u", ENTER)
    assert page.execute_script(CONTRASTS) == []
    press(ESCAPE, "?")
    assert page.execute_script(CONTRASTS) == []


@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_is_as_wide_as_the_window(show: Show, width: int) -> None:
    """What is wider, the matrix and the keys, is scrolled by itself."""
    page = show(width=width)
    for test in page.find_elements("css selector", ".test summary"):
        page.execute_script("arguments[0].click()", test)

    assert page.execute_script("return window.innerWidth") == width
    root = page.find_element("css selector", "html")
    assert root.get_property("scrollWidth") == root.get_property("clientWidth")


@pytest.mark.parametrize("width", [320, 1280])
def test_sections_are_where_the_keys_lead(show: Show, press: Press, width: int) -> None:
    """Also below a hundred tests, whose names take several lines in a narrow window."""
    tests = [test_of(f"test_{number}_{'x' * 90}", call("Encrypt")) for number in range(100)]
    page = show(run_of(tests), width=width)

    for key, section in {"k": "keys", "m": "matrix", "t": "tests"}.items():
        press(key)
        heading = page.find_element("id", f"{section}-title")
        top = page.execute_script("return arguments[0].getBoundingClientRect().top", heading)
        # Below the search, which stays where it is.
        assert 50 < top < 900 - 50


def test_nothing_is_asked_of_the_network(show: Show) -> None:
    """Nor is anything refused by the page's own policy, or wrong in its script."""
    page = show()

    assert page.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert page.get_log("browser") == []


def test_names_are_shown_as_they_are(show: Show, press: Press) -> None:
    """Whatever they look like to a browser."""
    evil = "</script><img src=x onerror=document.title='x'>"
    page = show(run_of([test_of(f"test[{evil}]", call("Encrypt", source=f"{evil}:1"))]))

    press("n", ENTER, "u", ENTER)

    assert opened(page).find_element("css selector", "li").text.endswith(f"::test[{evil}]")
    assert page.title == "KMS in this run"
    assert page.find_element("css selector", ".timeline .source").text == f"{evil}:1"
    assert page.get_log("browser") == []


def test_a_great_run_opens_within_a_second(show: Show, press: Press) -> None:
    """1,000 tests and 100,000 calls; the best of three, as other programs run too."""
    tests = [
        test_of(
            f"test_{number}",
            *(
                call(operation, source=f"vault.py:{line}", keys=((VAULT, "Enabled"),))
                for line in range(50)
                for operation in ("Encrypt", "Decrypt")
            ),
        )
        for number in range(1_000)
    ]
    page = show(run_of(tests))
    took = []
    for _ in range(3):
        page.refresh()
        took.append(
            page.execute_script(
                "return performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
            )
        )

    assert min(took) < 1_000
    press("/", "test_77")
    assert len(shown_tests(page)) == 11

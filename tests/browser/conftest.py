"""
A real browser, without a window, that looks at pages from files.

`tox -e report-page` has what it takes to drive one, and says that there must be one.
Elsewhere these tests are skipped where Chromium, its driver or selenium is missing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest
from reported import call, run_of, test_of, vault_tests

from pytest_kmsmock.reports.run.page import as_html
from pytest_kmsmock.reports.run.rows import RunRow
from pytest_kmsmock.reports.run.summary import summary_of

_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_SWITCHES: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


def _missing(what: str) -> NoReturn:
    if os.environ.get("KMSMOCK_BROWSER") == "required":
        pytest.fail(f"there is no {what}", pytrace=False)
    pytest.skip(f"there is no {what}")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What drives the browser: selenium's WebDriver."""
    program = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        _missing("Chromium with its driver")
    try:
        from selenium import webdriver
    except ImportError:
        _missing("selenium")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for switch in (*_SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=driver)
    with webdriver.Chrome(options=options, service=service) as made:
        yield made


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Callable[..., Any]:
    """Return what opens the page of a run, in a size, light or dark, and returns the browser."""

    def open_page(
        run: RunRow | None = None, *, scheme: str = "light", width: int = 1280, height: int = 900
    ) -> Any:
        if run is None:
            run = run_of([*vault_tests(), test_of("test_again", call("Encrypt"))], count=6)
        path = tmp_path / "kms.html"
        path.write_text(as_html(summary_of(run)), encoding="utf-8")
        browser.get("about:blank")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        preference = {"name": "prefers-color-scheme", "value": scheme}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [preference]})
        browser.get_log("browser")
        browser.get(path.as_uri())
        return browser

    return open_page


@pytest.fixture
def press(browser: Any) -> Callable[..., None]:
    """Return what presses keys, one after the other, and lets the page come to rest."""

    def press_keys(*keys: str) -> None:
        from selenium.webdriver import ActionChains

        for key in keys:
            ActionChains(browser).send_keys(key).perform()
            browser.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0]))")

    return press_keys

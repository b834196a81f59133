"""
The pictures of a run's report that its how-to page shows, taken anew.

`tox -e report-pictures` runs it: the tests of the vault, and Chromium. Look at them
when the template has changed; no test can tell whether they are pretty.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
PICTURES: Final = ROOT / "docs" / "how-to" / "run-report"
SWITCHES: Final = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run")
ENTER: Final = "\ue007"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "docs" / "examples" / "vault", folder, dirs_exist_ok=True)
        subprocess.run(
            [sys.executable, "-m", "pytest", "--kms-report=kms.html"], cwd=folder, check=True
        )
        with _browser() as browser:
            _take(browser, Path(folder) / "kms.html")


def _browser() -> Any:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for switch in SWITCHES:
        options.add_argument(switch)
    return webdriver.Chrome(
        options=options, service=webdriver.ChromeService(shutil.which("chromedriver"))
    )


def _take(browser: Any, page: Path) -> None:
    PICTURES.mkdir(exist_ok=True)
    _show(browser, page, "light", 760)
    browser.save_screenshot(str(PICTURES / "page.png"))
    _press(browser, "u", ENTER)
    browser.save_screenshot(str(PICTURES / "cell.png"))
    _show(browser, page, "dark", 560)
    _press(browser, "/", "disabledexception", ENTER, ENTER)
    browser.execute_script("document.getElementById('tests').scrollIntoView()")
    browser.save_screenshot(str(PICTURES / "timeline.png"))


def _show(browser: Any, page: Path, scheme: str, height: int) -> None:
    size = {"width": 1120, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    preference = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [preference]})
    browser.get("about:blank")
    browser.get(page.as_uri())


def _press(browser: Any, *keys: str) -> None:
    from selenium.webdriver import ActionChains

    for key in keys:
        ActionChains(browser).send_keys(key).perform()


if __name__ == "__main__":
    main()

"""
The table of docs/comparison.md: what each KMS answers, asked here and kept.

``python tools/comparison.py NAME...`` asks those that are named, which must be installed, and
keeps what they answer in a file beside this one; `tox -e comparison` does so. The page's table
is made of that file. So a rival need not be there when pages are made.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from behaviours import ACCOUNT, BEHAVIOURS
from rivals import RIVALS, Rival, serving

ROOT: Final = Path(__file__).resolve().parent.parent
KEPT: Final = ROOT / "tools" / "comparison.json"
_PATIENCE: Final = 1800
# What a server cannot answer, botocore tries again after a while.
_WITHOUT_WAITING: Final = (
    "import sys, time; time.sleep = lambda _: None; import pytest; sys.exit(pytest.main())"
)
_CONTRACT: Final = "contract tests that pass, of those that were asked"


def kept() -> dict[str, Any]:
    """Return what was found, by the names of KMSs."""
    found: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def table() -> str:
    """Return what each of them answers, a row for each behaviour."""
    found = kept()
    names = [rival.name for rival in RIVALS]
    rows = [
        f"| | {' | '.join(names)} |",
        f"| --- |{' --- |' * len(names)}",
        f"| version | {' | '.join(found[name]['version'] for name in names)} |",
        f"| asked by botocore | {' | '.join(found[name]['botocore'] for name in names)} |",
    ]
    for behaviour in BEHAVIOURS:
        cells = [cell(found[name]["answers"][behaviour.title]) for name in names]
        rows.append(f"| {behaviour.title} | {' | '.join(cells)} |")
    contract = [cell(found[name]["contract"]) for name in names]
    rows.append(f"| {_CONTRACT} | {' | '.join(contract)} |")
    return "\n".join(rows)


def cell(answer: Sequence[int] | None) -> str:
    if answer is None:
        return "–"
    right, of = answer
    if of > 1 and right:
        return f"{right} of {of}"
    return "yes" if right else "no"


def asked(rival: Rival) -> dict[str, tuple[int, int] | None]:
    """Return what *rival* answers to each question, opened anew for each."""
    answers = {}
    with rival.running() as opened:
        for behaviour in BEHAVIOURS:
            with opened() as kms:
                answers[behaviour.title] = behaviour.answer(kms)
    return answers


def contract_of(rival: Rival) -> tuple[int, int]:
    """Return how many contract tests pass where *rival* answers, and of how many."""
    with serving(rival.server) as url, tempfile.TemporaryDirectory() as folder:
        config, report = Path(folder, "config"), Path(folder, "report.xml")
        config.write_text(
            f"[profile asked]\nregion = us-east-1\nendpoint_url = {url}\n"
            f"aws_access_key_id = {ACCOUNT}\naws_secret_access_key = test\n",
            encoding="utf-8",
        )
        subprocess.run(
            [
                *(sys.executable, "-c", _WITHOUT_WAITING, "-q", "-p", "no:cacheprovider"),
                *("-p", "no:randomly", "--tb=no"),
                *(f"--junitxml={report}", f"{ROOT / 'tests' / 'contract'}"),
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "KMSMOCK_CONTRACT": "aws:asked",
                "AWS_CONFIG_FILE": f"{config}",
                "AWS_MAX_ATTEMPTS": "2",
            },
            timeout=_PATIENCE,
            check=False,
        )
        return counted(report.read_text(encoding="utf-8"))


def counted(report: str) -> tuple[int, int]:
    """Return how many tests of a report in JUnit's form passed, of those that were not skipped."""
    outcomes: dict[tuple[str, str], bool] = {}
    for case in ET.fromstring(report).iter("testcase"):
        if case.find("skipped") is None:
            name = (case.get("classname", ""), case.get("name", ""))
            outcomes[name] = outcomes.get(name, True) and not _failed(case)
    return sum(outcomes.values()), len(outcomes)


def _failed(case: ET.Element) -> bool:
    """Tell whether a test failed; that its keys could not be deleted afterwards is no failure."""
    error = case.find("error")
    is_of_test = error is not None and "failed on teardown" not in error.get("message", "")
    return case.find("failure") is not None or is_of_test


def found(rival: Rival) -> Mapping[str, Any]:
    return {
        "version": rival.version,
        "botocore": version("botocore"),
        "answers": asked(rival),
        "contract": contract_of(rival),
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    everything = kept() if KEPT.exists() else {}
    for each in RIVALS:
        if each.name in sys.argv[1:]:
            everything[each.name] = found(each)
            KEPT.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")

"""
Profiles that a program names and that no configuration has: they have the credentials of a run.

botocore asks the environment for credentials only where the program names no profile.
"""

from __future__ import annotations

from typing import Any

from .environment import CREDENTIALS


def stand_in(events: Any, session: Any) -> None:
    """Let *session* have each profile that it is told to use; one that there is stays as it is."""
    if session is None:
        return
    keep = session.set_config_variable

    def set_config_variable(logical_name: str, value: Any) -> None:
        keep(logical_name, value)
        if logical_name == "profile":
            _make(session, value)

    session.set_config_variable = set_config_variable
    # It was named when the session was made, or by the environment since the run began.
    _make(session, session.get_config_variable("profile"))


def _make(session: Any, name: str | None) -> None:
    if name is None:
        return
    profiles = session.full_config["profiles"]
    if name not in profiles:
        profiles[name] = {}
        session.set_credentials(*CREDENTIALS.values())

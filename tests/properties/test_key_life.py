"""A key's life, in any order of operations, against the table of key states."""

from __future__ import annotations

import base64
import csv
from pathlib import Path
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pytest_kmsmock.service.api.errors import KmsError
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values.caller import Caller

FACTS: Final = Path(__file__).parents[1] / "facts" / "key_states.csv"
TABLE: Final = {
    row["operation"]: row
    for row in csv.DictReader(
        line for line in FACTS.read_text().splitlines() if not line.startswith("#")
    )
}
DAY: Final = 86_400.0
ROOT: Final = "arn:aws:iam::123456789012:root"


class KeyLife(RuleBasedStateMachine):
    """One key, and what AWS's table says its state is."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_700_000_000.0
        self.service = Service(lambda: self.now, registry=Registry())
        self.state: str | None = "Enabled"
        self.due = 0.0
        self.blobs: list[bytes] = []

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        body = {
            name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for name, value in params.items()
        }
        request = Request(
            operation=operation,
            body=body,
            region="us-east-1",
            caller=Caller("123456789012", ROOT),
            off_record=True,
        )
        return self.service.handle(request)

    def attempt(self, operation: str, **params: Any) -> dict[str, Any] | None:
        """Call *operation*; it must answer as the table says, for the state of now."""
        expected = "NotFoundException" if self.state is None else TABLE[operation][self.state]
        answer, code = None, "ok"
        try:
            answer = self.call(operation, **params)
        except KmsError as error:
            code = error.code
        assert code == expected
        return answer

    @initialize()
    def create(self) -> None:
        self.key_id = self.call("CreateKey")["KeyMetadata"]["KeyId"]

    @rule()
    def enable(self) -> None:
        if self.attempt("EnableKey", KeyId=self.key_id) is not None:
            self.state = "Enabled"

    @rule()
    def disable(self) -> None:
        if self.attempt("DisableKey", KeyId=self.key_id) is not None:
            self.state = "Disabled"

    @rule(days=st.integers(7, 30))
    def schedule_deletion(self, days: int) -> None:
        answer = self.attempt("ScheduleKeyDeletion", KeyId=self.key_id, PendingWindowInDays=days)
        if answer is not None:
            self.state, self.due = "PendingDeletion", self.now + days * DAY

    @rule()
    def cancel_deletion(self) -> None:
        if self.attempt("CancelKeyDeletion", KeyId=self.key_id) is not None:
            self.state = "Disabled"

    @rule(days=st.sampled_from([0.5, 1.0, 6.0, 7.0, 30.0]))
    def wait(self, days: float) -> None:
        self.now += days * DAY
        if self.state == "PendingDeletion" and self.now >= self.due:
            self.state = None

    @rule(text=st.text(max_size=10))
    def describe_anew(self, text: str) -> None:
        self.attempt("UpdateKeyDescription", KeyId=self.key_id, Description=text)

    @rule(plaintext=st.binary(min_size=1, max_size=20))
    def encrypt(self, plaintext: bytes) -> None:
        answer = self.attempt("Encrypt", KeyId=self.key_id, Plaintext=plaintext)
        if answer is not None:
            self.blobs.append(answer["CiphertextBlob"])

    @rule()
    def decrypt_all(self) -> None:
        """No operation makes a blob unreadable, but for the key's deletion."""
        for blob in self.blobs:
            self.attempt("Decrypt", KeyId=self.key_id, CiphertextBlob=blob)

    @invariant()
    def metadata_tells_the_state(self) -> None:
        if self.state is None:
            assert self.call("ListKeys")["Keys"] == []
            return
        metadata = self.call("DescribeKey", KeyId=self.key_id)["KeyMetadata"]
        assert metadata["KeyState"] == self.state
        assert metadata["Enabled"] is (self.state == "Enabled")
        assert ("DeletionDate" in metadata) is (self.state == "PendingDeletion")
        if self.state == "PendingDeletion":
            assert metadata["DeletionDate"].timestamp() == self.due


KeyLife.TestCase.settings = settings(max_examples=25, stateful_step_count=25)
TestKeyLife = KeyLife.TestCase

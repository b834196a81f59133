"""Policies as tests write them, and what a caller gets of them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


def key_policy(*names: str, effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    """Return a key policy with one statement on *names*."""
    principal = "*" if names == ("*",) else {"AWS": list(names)}
    statement = {"Effect": effect, "Principal": principal, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement | elements]}


def iam_policy(*statements: tuple[str, str]) -> dict[str, Any]:
    """Return an IAM policy that allows actions on resources."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": action, "Resource": resource}
            for action, resource in statements
        ],
    }


def both(*policies: dict[str, Any]) -> dict[str, Any]:
    """Return one policy with the statements of all."""
    return {
        "Version": "2012-10-17",
        "Statement": [each for p in policies for each in p["Statement"]],
    }


def is_refused(method: Any, **params: Any) -> bool:
    try:
        method(**params)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return True
    return False


def denial(method: Any, **params: Any) -> str:
    """Return what AWS says of a call that is refused."""
    with pytest.raises(ClientError) as caught:
        method(**params)
    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    message: str = error["Message"]
    return message

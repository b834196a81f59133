"""How key policies are printed."""

from __future__ import annotations

import json

from pytest_kmsmock.service.authorization import printing

ROOT = "arn:aws:iam::123456789012:root"


def test_print_of_empty_and_nested_values() -> None:
    """Objects take a line a member, arrays none."""
    document = {"a": {}, "b": [], "c": [{"d": [1, "é"]}, {"e": None}], "f": {"g": True}}

    assert (
        printing.pretty(document)
        == """{
  "a" : {},
  "b" : [],
  "c" : [ {
    "d" : [ 1, "é" ]
  }, {
    "e" : null
  } ],
  "f" : {
    "g" : true
  }
}"""
    )


def test_default_policy_delegates_to_the_account() -> None:
    """As recorded from AWS, printed."""
    assert json.loads(printing.default_policy(ROOT)) == {
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [
            {
                "Sid": "Enable IAM User Permissions",
                "Effect": "Allow",
                "Principal": {"AWS": ROOT},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }

"""Clients of the mock, of whichever Region and principal: `kms.client`."""

from __future__ import annotations

import pytest

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms

ROLE_A = "arn:aws:iam::111111111111:role/a"
ROLE_B = "arn:aws:iam::222222222222:role/b"
# As AWS shows whoever is the role.
SESSION_A = "arn:aws:sts::111111111111:assumed-role/a/kmsmock"
SESSION_B = "arn:aws:sts::222222222222:assumed-role/b/kmsmock"


# client.


def test_the_mocks_own_client_is_in_its_region() -> None:
    with mock_kms(region="eu-west-1") as kms:
        assert kms.client().meta.region_name == "eu-west-1"
        assert kms.client("us-west-2").meta.region_name == "us-west-2"


def test_a_client_takes_what_botocores_config_takes(kms: KmsMock) -> None:
    made = kms.client(retries={"mode": "standard", "max_attempts": 7}, read_timeout=1)

    assert made.meta.config.read_timeout == 1
    assert made.meta.config.retries["mode"] == "standard"


def test_a_client_can_be_somebodys(kms: KmsMock) -> None:
    """The principal's account is where the keys are made."""
    arn = kms.client(principal=ROLE_A).create_key()["KeyMetadata"]["Arn"]
    kms.client().list_keys()

    assert arn.split(":")[4] == "111111111111"
    assert [call.principal for call in kms.calls] == [SESSION_A, "arn:aws:iam::123456789012:root"]
    assert [call.account for call in kms.calls] == ["111111111111", "123456789012"]


def test_clients_of_two_principals_are_told_apart(kms: KmsMock) -> None:
    first, second = kms.client(principal=ROLE_A), kms.client(principal=ROLE_B)

    second.list_keys()
    first.list_keys()

    assert [call.principal for call in kms.calls] == [SESSION_B, SESSION_A]


def test_a_client_stays_its_principals_in_every_mock() -> None:
    """Also in an inner mock that has made clients of its own."""
    with mock_kms() as outer:
        first = outer.client(principal=ROLE_A)
        with mock_kms() as inner:
            inner.client(principal=ROLE_B)
            first.list_keys()

    assert inner.calls[0].principal == SESSION_A


@pytest.mark.parametrize("principal", ["role/a", "arn:aws:s3:::bucket", "", "123456789012"])
def test_a_principal_is_an_arn(kms: KmsMock, principal: str) -> None:
    with pytest.raises(KmsMockError, match="arn:aws:iam::123456789012:role/app"):
        kms.client(principal=principal)


def test_a_client_of_no_region_is_the_authors_error(kms: KmsMock) -> None:
    with pytest.raises(KmsMockError, match="region='moon'"):
        kms.client("moon")

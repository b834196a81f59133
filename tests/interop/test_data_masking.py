"""Data masking of Powertools for AWS Lambda, as it is; the Encryption SDK is beneath it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pytest_kmsmock import KmsMock

masking = pytest.importorskip("aws_lambda_powertools.utilities.data_masking")
errors = pytest.importorskip("aws_lambda_powertools.utilities.data_masking.exceptions")
providers = pytest.importorskip(
    "aws_lambda_powertools.utilities.data_masking.provider.kms.aws_encryption_sdk",
    # The package comes without what this part of it needs.
    exc_type=ImportError,
)

ORDER = {"order": 7, "customer": {"name": "Ann", "card": "4000-1234"}}

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aws_encryption_sdk")


def _masker(*arns: str) -> Any:
    return masking.DataMasking(provider=providers.AWSEncryptionSDKProvider(keys=list(arns)))


def test_a_record_is_encrypted_and_decrypted(kms: KmsMock) -> None:
    """The encryption context of the caller reaches KMS, with the SDK's public key in it."""
    key = kms.create_key()
    masker = _masker(key.arn)

    sealed = masker.encrypt(ORDER, tenant="acme")

    assert "4000" not in sealed
    assert masker.decrypt(sealed, tenant="acme") == ORDER
    assert kms.calls.operations == ["GenerateDataKey", "Decrypt"]
    assert [call.params["EncryptionContext"]["tenant"] for call in kms.calls] == ["acme", "acme"]
    assert {call.key for call in kms.calls} == {key}


def test_records_share_a_data_key(kms: KmsMock) -> None:
    """The provider caches: a thousand records are not a thousand calls."""
    masker = _masker(kms.create_key().arn)

    sealed = [masker.encrypt({"order": number}) for number in range(5)]

    assert len(set(sealed)) == 5
    kms.calls.assert_called_once("GenerateDataKey")


def test_each_of_several_keys_opens_a_record(kms: KmsMock) -> None:
    """The data key is wrapped under all of them, in whichever Region."""
    keys = [kms.create_key(region=region) for region in ("us-east-1", "eu-west-1")]
    sealed = _masker(*(key.arn for key in keys)).encrypt(ORDER)
    keys[0].disable()

    opened = _masker(keys[1].arn).decrypt(sealed)

    assert opened == ORDER
    kms.calls.assert_order("GenerateDataKey", "Encrypt", "Decrypt")
    assert kms.calls[-1].region == "eu-west-1"


def test_another_context_opens_nothing(kms: KmsMock) -> None:
    """KMS opens it by the context in the message, and the provider compares that with ours."""
    masker = _masker(kms.create_key().arn)
    sealed = masker.encrypt(ORDER, tenant="acme")

    with pytest.raises(errors.DataMaskingContextMismatchError):
        masker.decrypt(sealed, tenant="other")


@pytest.mark.parametrize("how", ["disable", "schedule_deletion"])
def test_a_key_out_of_use_masks_and_opens_nothing(kms: KmsMock, how: str) -> None:
    """What KMS refuses comes through as the provider's own errors, and its cause is on record."""
    key = kms.create_key()
    sealed = _masker(key.arn).encrypt(ORDER)
    getattr(key, how)()
    masker = _masker(key.arn)

    with pytest.raises(errors.DataMaskingDecryptKeyError):
        masker.decrypt(sealed)
    with pytest.raises(errors.DataMaskingEncryptKeyError):
        masker.encrypt(ORDER)

    code = {"disable": "DisabledException", "schedule_deletion": "KMSInvalidStateException"}[how]
    assert [call.error.code for call in kms.calls[1:] if call.error] == [code, code]


def test_erasing_asks_nobody(kms: KmsMock) -> None:
    """What cannot be brought back needs no key, and so does not go to KMS."""
    masker = _masker(kms.create_key().arn)

    erased = masker.erase(copy.deepcopy(ORDER), fields=["customer.card"])

    assert erased == {"order": 7, "customer": {"name": "Ann", "card": "*****"}}
    kms.calls.assert_not_called()

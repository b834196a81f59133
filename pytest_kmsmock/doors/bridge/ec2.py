"""
EC2: volumes of EBS under a KMS key.

What KMS refuses is seen later, by the state of a volume or an instance. Source: EBS User
Guide, "How Amazon EBS encryption works"; KMS Developer Guide, "How Amazon EBS uses AWS KMS".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from ...service.api.errors import KmsError
from .crossing import Crossing
from .motos import computers, insides
from .refusals import ServiceError
from .service import Service

_DEFAULT_KEY: Final = "alias/aws/ebs"
# Where the account's default key is remembered among the resources.
_DEFAULT: Final = "default"
_BYTES: Final = 64
_REASON: Final = (
    "Client.InvalidKMSKey.InvalidState",
    "The KMS key provided is in an incorrect state",
)


@attrs.frozen
class _Sealed:
    """The data key of a volume or a snapshot, as KMS has encrypted it, and its context."""

    key_id: str
    blob: bytes = attrs.field(repr=False)
    context: Mapping[str, str]


def _default(crossing: Crossing) -> str:
    key_id: str = _memory(crossing).get(_DEFAULT, _DEFAULT_KEY)
    return key_id


def _seal(crossing: Crossing, owner: str, key_id: str, source: _Sealed | None) -> _Sealed:
    """Ask for the data key of *owner*, a volume or a snapshot: a new one, or that of *source*."""
    context = {"aws:ebs:id": owner}
    if source is None:
        made = crossing.ask(
            "GenerateDataKeyWithoutPlaintext",
            KeyId=key_id,
            NumberOfBytes=_BYTES,
            EncryptionContext=context,
        )
    else:
        made = crossing.ask(
            "ReEncrypt",
            CiphertextBlob=source.blob,
            SourceEncryptionContext=source.context,
            DestinationKeyId=key_id,
            DestinationEncryptionContext=context,
        )
    return _Sealed(made["KeyId"], made["CiphertextBlob"], context)


def _create_volume(crossing: Crossing, answer: dict[str, Any]) -> None:
    if answer.get("Encrypted"):
        params, volume = crossing.params, answer["VolumeId"]
        source = _memory(crossing).get(params.get("SnapshotId"))
        key_id = params.get("KmsKeyId") or (source.key_id if source else _default(crossing))
        try:
            sealed = _seal(crossing, volume, key_id, source)
        except KmsError:
            # The answer says that it is in the making, and then it is not there.
            computers.forget_volume(crossing.account, crossing.region, volume)
            return
        _memory(crossing)[volume] = sealed
        answer["KmsKeyId"] = sealed.key_id
        computers.name_key_of_volume(crossing.account, crossing.region, volume, sealed.key_id)


def _attach(crossing: Crossing, answer: dict[str, Any]) -> None:
    sealed = _memory(crossing).get(crossing.params["VolumeId"])
    if sealed is not None:
        _use(crossing, sealed, crossing.params["InstanceId"])


def _use(crossing: Crossing, sealed: _Sealed, instance: str) -> bool:
    """Let EC2 open the data key for *instance*; tell whether it could."""
    infrastructure = (
        f"arn:aws:sts::{crossing.account}:assumed-role/aws:ec2-infrastructure/{instance}"
    )
    granted = crossing.try_to_ask(
        "CreateGrant",
        KeyId=sealed.key_id,
        GranteePrincipal=infrastructure,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": dict(sealed.context)},
    )
    opened = granted and crossing.try_to_ask(
        "Decrypt",
        by=infrastructure,
        CiphertextBlob=sealed.blob,
        EncryptionContext=dict(sealed.context),
    )
    return bool(opened)


def _create_snapshot(crossing: Crossing, answer: dict[str, Any]) -> None:
    """It is of the volume's data key."""
    sealed = _memory(crossing).get(crossing.params["VolumeId"])
    if sealed is not None:
        _memory(crossing)[answer["SnapshotId"]] = sealed


def _copy_snapshot(crossing: Crossing, answer: dict[str, Any]) -> None:
    params, snapshot = crossing.params, answer["SnapshotId"]
    source = insides.memory("ec2", crossing.account, params["SourceRegion"]).get(
        params["SourceSnapshotId"]
    )
    key_id = params.get("KmsKeyId")
    if source is None and not (key_id or params.get("Encrypted")):
        return
    key_id = key_id or _default(crossing)
    is_here = params["SourceRegion"] == crossing.region
    try:
        # A key is of its Region, so that from another one it is a new data key.
        sealed = _seal(crossing, snapshot, key_id, source if is_here else None)
    except KmsError:
        computers.forget_snapshot(crossing.account, crossing.region, snapshot)
        return
    _memory(crossing)[snapshot] = sealed


def _encrypt_by_default(crossing: Crossing) -> None:
    """Let a new volume be encrypted where the account wants all of them so."""
    is_default = computers.encrypts_by_default(crossing.account, crossing.region)
    if is_default and crossing.params.get("Encrypted") is not True:
        crossing.change("body", {**crossing.request["body"], "Encrypted": "true"})


def _run(crossing: Crossing, answer: dict[str, Any]) -> None:
    """Ask for the volumes of new instances; one whose key is refused is terminated."""
    is_default = computers.encrypts_by_default(crossing.account, crossing.region)
    for described in answer["Instances"]:
        instance = described["InstanceId"]
        if is_default:
            computers.encrypt_volumes_of(crossing.account, crossing.region, instance)
        for volume, key_id in computers.encrypted_volumes(
            crossing.account, crossing.region, instance
        ):
            try:
                sealed = _seal(crossing, volume, key_id or _default(crossing), None)
            except KmsError:
                computers.terminate(crossing.account, crossing.region, instance, *_REASON)
                break
            _memory(crossing)[volume] = sealed
            if not _use(crossing, sealed, instance):
                computers.terminate(crossing.account, crossing.region, instance, *_REASON)
                break


def _start(crossing: Crossing, answer: dict[str, Any]) -> None:
    """Open the data keys of the volumes again; an instance that has one in vain stops again."""
    for started in answer["StartingInstances"]:
        instance = started["InstanceId"]
        if started["PreviousState"]["Name"] != "stopped":
            continue
        for volume, _ in computers.encrypted_volumes(crossing.account, crossing.region, instance):
            sealed = _memory(crossing).get(volume)
            if sealed is not None and not _use(crossing, sealed, instance):
                computers.stop(crossing.account, crossing.region, instance, *_REASON)
                break


def _get_default(crossing: Crossing) -> Any:
    """Answer in moto's place, which does not know the operation in every release."""
    return crossing.answer({"KmsKeyId": _default(crossing)})


def _modify_default(crossing: Crossing) -> Any:
    """Any key is taken; it is asked when a volume is made."""
    given = crossing.params["KmsKeyId"]
    _memory(crossing)[_DEFAULT] = crossing.key_arn(given) or given
    return _get_default(crossing)


def _reset_default(crossing: Crossing) -> Any:
    _memory(crossing).pop(_DEFAULT, None)
    return _get_default(crossing)


def _memory(crossing: Crossing) -> dict[Any, Any]:
    return insides.memory("ec2", crossing.account, crossing.region)


def _words(crossing: Crossing, error: KmsError) -> ServiceError:
    return ServiceError("InvalidKMSKey.InvalidState", _REASON[1])


SERVICE: Final = Service(
    name="ec2",
    before={
        "GetEbsDefaultKmsKeyId": _get_default,
        "ModifyEbsDefaultKmsKeyId": _modify_default,
        "ResetEbsDefaultKmsKeyId": _reset_default,
        "CreateVolume": _encrypt_by_default,
    },
    after={
        "CreateVolume": _create_volume,
        "AttachVolume": _attach,
        "CreateSnapshot": _create_snapshot,
        "CopySnapshot": _copy_snapshot,
        "RunInstances": _run,
        "StartInstances": _start,
    },
    words=_words,
)

"""
Transitions of a key: pure functions from one value of it to the next, as time or a call has it.

Nothing here is done when it falls due, but when somebody looks: `next_due`
tells when something will have happened to a key, `fall_due` what. Source: KMS
Developer Guide, "Key states", "Rotating keys", "Deleting keys".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import attrs

from ..api.times import LAST
from ..values.key import KeyMaterial, KmsKey, MaterialState, RotationType, material_id

if TYPE_CHECKING:  # few tests have key stores
    from ..values.key_store import KeyStore

DAY: Final = 86_400
# States in which a key's automatic rotation goes on.
_ROTATING_STATES: Final = ("Enabled", "Updating")


def next_due(key: KmsKey) -> float | None:
    """Return when time next changes *key*, None if it never does."""
    dues = [] if key.deletion_date is None else [key.deletion_date]
    # A rotation in progress waits for the key to be usable again.
    waits = key.rotating_since is not None and key.state not in _ROTATING_STATES
    if key.transition_ends is not None and not waits:
        dues.append(key.transition_ends)
    # After the last date there would be no end to them.
    if key.next_rotation is not None and key.next_rotation <= LAST and rotates_by_itself(key):
        dues.append(key.next_rotation)
    # Nothing else expires, and what rotates by itself can have thousands of materials.
    if key.origin == "EXTERNAL":
        dues += [m.valid_to for m in key.materials if m.valid_to is not None]
    return min(dues) if dues else None


def rotates_by_itself(key: KmsKey) -> bool:
    """Tell whether *key* in its present state is rotated when the date comes."""
    # A replica gets what its primary key rotates to.
    return (
        key.rotation_period is not None
        and key.state in _ROTATING_STATES
        and key.multi_region != "REPLICA"
    )


def fall_due(
    key: KmsKey, due: float, new_secret: Callable[[], bytes], now: float | None = None
) -> KmsKey | None:
    """
    Return *key* after what falls due at *due*; None if that is its deletion.

    Args:
        new_secret: Makes the key material of a rotation.
        now: Of automatic rotations, those that follow at once until then come too.
    """
    if key.deletion_date == due:
        return None
    if key.transition_ends == due:
        return _end_transition(key, due, new_secret)
    if rotates_by_itself(key) and key.next_rotation == due:
        key = rotate_automatically(key, due, new_secret())
        return key if now is None else _rotate_until(key, now, new_secret)
    for material in key.materials:
        if material.valid_to == due:
            key = forget(key, material)
    return key


def forget(key: KmsKey, material: KeyMaterial) -> KmsKey:
    """Return *key* without the bytes of *material*, which have expired or are deleted."""
    emptied: tuple[KeyMaterial, ...] = ()
    # Nothing was encrypted yet with one that is pending: it goes altogether, in all Regions.
    if material.is_permanent or key.multi_region == "REPLICA":
        emptied = (attrs.evolve(material, secret=None, valid_to=None),)
    index = key.materials.index(material)
    materials = (*key.materials[:index], *emptied, *key.materials[index + 1 :])
    return settle_imports(attrs.evolve(key, materials=materials))


def _end_transition(key: KmsKey, now: float, new_secret: Callable[[], bytes]) -> KmsKey:
    key = end_rotation(key, now, new_secret)
    if key.state in ("Creating", "Updating"):
        key = attrs.evolve(key, state="Enabled")
    return settle_imports(attrs.evolve(key, transition_ends=None))


def end_rotation(key: KmsKey, now: float, new_secret: Callable[[], bytes]) -> KmsKey:
    """Return *key* after the on-demand rotation in progress, if there is one."""
    if key.rotating_since is None:
        return key
    return attrs.evolve(
        _rotate_on_demand(key, now, new_secret), rotating_since=None, transition_ends=None
    )


def _rotate_on_demand(key: KmsKey, now: float, new_secret: Callable[[], bytes]) -> KmsKey:
    if key.origin == "EXTERNAL":
        for material in key.materials:
            if material.state == "PENDING_ROTATION" and material.secret is not None:
                return promote(key, material.id, now, "ON_DEMAND")
        return key
    return with_new_material(key, now, new_secret(), "ON_DEMAND")


def rotate_automatically(key: KmsKey, now: float, secret: bytes) -> KmsKey:
    """Return *key* with *secret* as its current material, and the next rotation planned."""
    assert key.rotation_period is not None
    return attrs.evolve(
        with_new_material(key, now, secret, "AUTOMATIC"),
        next_rotation=now + key.rotation_period * DAY,
    )


def _rotate_until(key: KmsKey, now: float, new_secret: Callable[[], bytes]) -> KmsKey:
    """
    Return *key*, which has just been rotated, after its automatic rotations until *now*.

    One by one they would copy the materials each time, of which there can be thousands.
    """
    due, period, materials = key.next_rotation, key.rotation_period, list(key.materials)
    assert due is not None
    assert period is not None
    ends = math.inf if key.transition_ends is None else key.transition_ends
    while due <= min(now, LAST) and due < ends:
        secret = new_secret()
        materials[-1] = attrs.evolve(materials[-1], state="NON_CURRENT")
        materials.append(
            KeyMaterial(
                id=material_id(key.key_id, secret),
                secret=secret,
                rotation_date=due,
                rotation_type="AUTOMATIC",
            )
        )
        due += period * DAY
    return attrs.evolve(key, materials=tuple(materials), next_rotation=due)


def with_new_material(
    key: KmsKey, now: float, secret: bytes, rotation_type: RotationType
) -> KmsKey:
    """Return *key* with *secret* as its current material; the others still decrypt."""
    new = KeyMaterial(id=material_id(key.key_id, secret), secret=secret, state="PENDING_ROTATION")
    return promote(attrs.evolve(key, materials=(*key.materials, new)), new.id, now, rotation_type)


def promote(key: KmsKey, new: str, now: float, rotation_type: RotationType) -> KmsKey:
    """Return *key* with its pending material *new* as the current one."""
    materials = list(key.materials)
    # From the end: what rotates by itself can have thousands before these two.
    for index in range(len(materials) - 1, -1, -1):
        material = materials[index]
        if material.id == new:
            materials[index] = attrs.evolve(
                material, state="CURRENT", rotation_date=now, rotation_type=rotation_type
            )
        elif material.state == "CURRENT":
            materials[index] = attrs.evolve(material, state="NON_CURRENT")
            break
    return attrs.evolve(key, materials=tuple(materials))


def synchronize(related: Sequence[KmsKey]) -> list[KmsKey]:
    """
    Return *related* multi-Region keys with what they share made the same.

    The replicas follow the primary key in rotation; pending material is ready
    for rotation when all of them have it.
    """
    primary = next(key for key in related if key.multi_region == "PRIMARY")
    followed = [key if key is primary else _follow(key, primary) for key in related]
    if primary.origin == "AWS_KMS":  # nothing waits for an import
        return followed
    for pending in [m.id for m in primary.materials if not m.is_permanent]:
        held = [m for key in followed for m in key.materials if m.id == pending]
        is_ready = all(material.secret is not None for material in held)
        state: MaterialState = (
            "PENDING_ROTATION" if is_ready else "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
        )
        followed = [_with_state(key, pending, state) for key in followed]
    return followed


def _follow(replica: KmsKey, primary: KmsKey) -> KmsKey:
    """Return *replica* with the materials of *primary*, and with its schedule."""
    materials = primary.materials
    if primary.origin != "AWS_KMS":
        own = {material.id: material for material in replica.materials}
        materials = tuple(_imported(material, own.get(material.id)) for material in materials)
    return settle_imports(
        attrs.evolve(
            replica,
            materials=materials,
            rotation_period=primary.rotation_period,
            next_rotation=primary.next_rotation,
            on_demand_rotations=primary.on_demand_rotations,
        )
    )


def _imported(material: KeyMaterial, own: KeyMaterial | None) -> KeyMaterial:
    """Return *material* of a primary key as the replica has it, whose *own* was imported there."""
    if own is None:  # each Region imports for itself
        return attrs.evolve(material, secret=None, valid_to=None)
    return attrs.evolve(
        own,
        state=material.state,
        rotation_date=material.rotation_date,
        rotation_type=material.rotation_type,
    )


def _with_state(key: KmsKey, material_id: str, state: MaterialState) -> KmsKey:
    materials = tuple(
        attrs.evolve(material, state=state) if material.id == material_id else material
        for material in key.materials
    )
    return attrs.evolve(key, materials=materials)


def settle_imports(key: KmsKey) -> KmsKey:
    """
    Return *key* in the state that its key material calls for.

    An imported key without all of its permanent material waits for import; one
    that has it again is enabled. Deletion goes before both.
    """
    if key.origin != "EXTERNAL":
        return key
    if not is_complete(key):
        if key.state in ("Enabled", "Disabled", "Updating"):
            return attrs.evolve(key, state="PendingImport")
    elif key.state == "PendingImport":
        return attrs.evolve(key, state="Enabled")
    return key


def is_complete(key: KmsKey) -> bool:
    """Tell whether *key* has all of the material that it needs."""
    permanent = [material for material in key.materials if material.is_permanent]
    return bool(permanent) and all(material.secret is not None for material in permanent)


def cancel_deletion(key: KmsKey) -> KmsKey:
    # Always Disabled, whatever the key was before.
    key = attrs.evolve(key, state="Disabled", deletion_date=None, pending_window=None)
    return settle_imports(key)


def schedule_deletion(key: KmsKey, now: float, window: int, *, has_replicas: bool) -> KmsKey:
    """
    Return *key* waiting for its deletion in *window* days.

    A primary key with replicas waits for theirs first.
    """
    # What was in progress is not waited for.
    key = attrs.evolve(key, rotating_since=None, transition_ends=None)
    if has_replicas:
        return attrs.evolve(key, state="PendingReplicaDeletion", pending_window=window)
    return attrs.evolve(key, state="PendingDeletion", deletion_date=now + window * DAY)


def lose_last_replica(key: KmsKey, now: float) -> KmsKey:
    """Return primary *key*, which has waited for its replicas' deletion: its own time starts."""
    assert key.pending_window is not None
    window = key.pending_window
    return schedule_deletion(
        attrs.evolve(key, pending_window=None), now, window, has_replicas=False
    )


def enable(key: KmsKey, now: float, new_secret: Callable[[], bytes]) -> KmsKey:
    """Return *key* enabled; a rotation that fell due meanwhile comes now."""
    ends = key.transition_ends
    key = attrs.evolve(
        key, state="Enabled", transition_ends=None if ends is None else max(ends, now)
    )
    if rotates_by_itself(key) and key.next_rotation is not None and key.next_rotation <= now:
        return rotate_automatically(key, now, new_secret())
    return key


def follow_store(key: KmsKey, store: KeyStore) -> KmsKey:
    """
    Return *key* as its custom key store calls for: Unavailable unless that is connected.

    Deletion goes before it.
    """
    assert key.stored is not None
    state, resumes = key.state, key.stored.resumes
    if store.state == "CONNECTED":
        state, resumes = (resumes or state) if state == "Unavailable" else state, None
    elif state in ("Enabled", "Disabled"):
        state, resumes = "Unavailable", state
    elif state != "Unavailable":
        resumes = None
    stored = attrs.evolve(key.stored, cluster_id=store.cluster_id, resumes=resumes)
    return attrs.evolve(key, state=state, stored=stored)

"""CreateKey of each key spec with the first use of the key, and the pool of key pairs."""

from __future__ import annotations

import contextlib
import functools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pytest_kmsmock import mock_kms
from pytest_kmsmock.crypto import keypool
from pytest_kmsmock.crypto.extras import MissingExtra
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.misuse import NotMockedError
from pytest_kmsmock.service.values import key_pairs
from pytest_kmsmock.service.values.specs import KEY_SPECS, KeySpec

from . import bare
from .figures import Figure, Form, settled
from .sides import REGION, Sides, method
from .timing import Call, Prepare, Spread, compared, fastest, in_turns

SECTION: Final = "new keys"
POOL_SECTION: Final = "key pool"
_FLOOR_FACTOR: Final = 1.6
_SHORT_BUDGET: Final = 1.5
_POOL_ROUNDS: Final = 3
# SM2 keys are for China Regions.
_CHINA: Final = "cn-north-1"
_NOTES: Final = {
    "mldsa": "what the fastest tenth keeps to, of kms and bare: signatures are made by trial"
}

# The first use of a key by its usage: the operation, its parameters beside the
# key, and the member that names the algorithm.
_FIRST_USES: Final[Mapping[str, tuple[str, Mapping[str, Any], str]]] = {
    "ENCRYPT_DECRYPT": ("Encrypt", {"Plaintext": b"k" * 32}, "EncryptionAlgorithm"),
    "SIGN_VERIFY": ("Sign", {"Message": bare.MESSAGE}, "SigningAlgorithm"),
    "GENERATE_VERIFY_MAC": ("GenerateMac", {"Message": bare.MESSAGE}, "MacAlgorithm"),
    "ENCAPSULATE_DECAPSULATE": ("Encapsulate", {}, "EncapsulationAlgorithm"),
}


def measured(form: Form) -> Iterator[Figure]:
    """Yield the figures of all key specs, then those of the pool."""
    sides_in = functools.cache(Sides.new)
    for spec in KEY_SPECS.values():
        sides = sides_in(_region(spec))
        try:
            yield from settled(functools.partial(_measure, spec, sides, form), form)
        except NotMockedError as error:  # an extra is not installed
            print(f"  {spec.name} is left out: {error}")
    if form.is_short:
        return
    for spec in KEY_SPECS.values():
        if spec.kind == "asymmetric":
            try:
                yield _pool_figure(spec, sides_in(_region(spec)))
            except (MissingExtra, NotMockedError) as error:
                print(f"  {spec.name} is left out: {error}")


def _region(spec: KeySpec) -> str:
    return REGION if spec.is_offered_in(REGION) else _CHINA


def _measure(spec: KeySpec, sides: Sides, form: Form) -> list[Figure]:
    usage = spec.usual_usage
    algorithm = spec.usages[usage][0]
    operation, others, algorithm_member = _FIRST_USES[usage]
    request = {"KeySpec": spec.name, "KeyUsage": usage}
    use = {**others, algorithm_member: algorithm}
    is_judged = spec.kind != "asymmetric" or bare.private_key(spec.name) is not None

    def create_and_use(client: Any) -> None:
        key_id = client.create_key(**request)["KeyMetadata"]["KeyId"]
        method(client, operation)(KeyId=key_id, **use)

    with mock_kms():
        created = sides.kms.create_key(**request)
        # One constant for both calls: botocore does not look into it.
        sides.floor.takes(created)

    mocks = contextlib.ExitStack()

    def prepare_ours() -> Call:
        # Each key is the first of its mock, as in a test: the pool is warm
        # from the second one on.
        mocks.close()
        mocks.enter_context(mock_kms())
        return functools.partial(create_and_use, sides.kms)

    subjects: dict[str, Prepare] = {
        "kms": prepare_ours,
        "floor": lambda: functools.partial(create_and_use, sides.floor.client),
    }
    first_use = _bare_call(spec, usage, algorithm, others)
    if first_use is not None:
        subjects["bare"] = lambda: first_use
    with mocks:
        times = in_turns(subjects, form.row_seconds)

    def against_budget(part: Mapping[str, float]) -> float:
        return part["kms"] / (_FLOOR_FACTOR * part["floor"] + part.get("bare", 0.0))

    # ML-DSA begins anew until a signature is fit to be seen, four times on average;
    # the floor does nothing by chance.
    typical = {"kms": fastest, "bare": fastest} if spec.family == "mldsa" else {}
    detail = {
        f"{name} µs": typical.get(name, statistics.median)(taken) for name, taken in times.items()
    }
    return [
        Figure(
            section=SECTION,
            name=spec.name,
            of="÷ (1.6 × floor + bare)",
            spread=compared(times, against_budget, typical),
            budget=1.0 if is_judged else None,
            short_budget=_SHORT_BUDGET if is_judged else None,
            detail=detail,
            note="not by cryptography" if not is_judged else _NOTES.get(spec.family, ""),
        )
    ]


def _bare_call(spec: KeySpec, usage: str, algorithm: str, params: Mapping[str, Any]) -> Call | None:
    """Return what of `cryptography` the first use, with *params*, cannot do without."""
    if usage == "SIGN_VERIFY":
        return bare.sign(spec.name, algorithm)
    if usage == "GENERATE_VERIFY_MAC":
        return bare.mac(algorithm)
    if usage == "ENCAPSULATE_DECAPSULATE":
        return bare.encapsulate(spec.name)
    if spec.is_symmetric_encryption:
        return bare.encrypt_first(params["Plaintext"])
    return bare.encrypt(spec.name, algorithm)


def _pool_figure(key_spec: KeySpec, sides: Sides) -> Figure:
    """
    Return what a key pair costs that was never made, is in a file, is in memory.

    Beside it stands CreateKey of one that is made for it, and of one that is there.
    """
    spec = key_spec.name
    source = "from a file" if spec in keypool.IN_FILES else "from memory"
    times: dict[str, list[float]] = {
        **{"made anew": [], "from a file": [], "from memory": []},
        **{"CreateKey, pool cold": [], "CreateKey, pool warm": []},
    }
    create = functools.partial(sides.kms.create_key, KeySpec=spec, KeyUsage=key_spec.usual_usage)
    for _ in range(_POOL_ROUNDS):
        with mock_kms(key_pool=False):
            times["CreateKey, pool cold"].append(_microseconds(create))
        with mock_kms():
            times["CreateKey, pool warm"].append(_microseconds(create))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "pool")
            first, second = (
                keypool.KeyPool(functools.partial(key_pairs.generate, randomness=SYSTEM), path)
                for _ in range(2)
            )
            times["made anew"].append(_microseconds(functools.partial(first.take, spec, 0)))
            if spec in keypool.IN_FILES:
                times["from a file"].append(_microseconds(functools.partial(second.take, spec, 0)))
            times["from memory"].append(_microseconds(functools.partial(first.take, spec, 0)))
    return Figure(
        section=POOL_SECTION,
        name=spec,
        of=f"{source} ÷ made anew",
        spread=Spread.of([a / b for a, b in zip(times[source], times["made anew"], strict=True)]),
        detail={f"{name} µs": statistics.median(taken) for name, taken in times.items() if taken},
    )


def _microseconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1e6

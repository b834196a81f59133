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
from pytest_kmsmock.service.misuse import NotMockedError
from pytest_kmsmock.service.specs import KEY_SPECS, KeySpec

from . import bare
from .figures import Figure, Form, settled
from .sides import Sides, method
from .timing import Call, Prepare, Spread, compared, in_turns, medians

SECTION: Final = "new keys"
POOL_SECTION: Final = "key pool"
_FLOOR_FACTOR: Final = 1.5
_SHORT_BUDGET: Final = 1.5
_POOL_ROUNDS: Final = 3

# The first use of a key by its usage: the operation, its parameters beside the
# key, the member that names the algorithm, and the bare call.
_FIRST_USES: Final[Mapping[str, tuple[str, Mapping[str, Any], str]]] = {
    "ENCRYPT_DECRYPT": ("Encrypt", {"Plaintext": b"k" * 32}, "EncryptionAlgorithm"),
    "SIGN_VERIFY": ("Sign", {"Message": bare.MESSAGE}, "SigningAlgorithm"),
    "GENERATE_VERIFY_MAC": ("GenerateMac", {"Message": bare.MESSAGE}, "MacAlgorithm"),
    "ENCAPSULATE_DECAPSULATE": ("Encapsulate", {}, "EncapsulationAlgorithm"),
}


def measured(form: Form) -> Iterator[Figure]:
    """Yield the figures of all key specs, then those of the pool."""
    sides = Sides.new()
    for spec in KEY_SPECS.values():
        # SM2 keys are for China Regions.
        if spec.name == "SM2":
            continue
        try:
            yield from settled(functools.partial(_measure, spec, sides, form), form)
        except NotMockedError as error:  # an extra is not installed
            print(f"  {spec.name} is left out: {error}")
    if not form.is_short:
        yield from _pool_figures()


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
    bare_calls = _bare_calls(spec, usage, algorithm)
    for number, call in enumerate(bare_calls):
        subjects[f"bare{number}"] = functools.partial(_same, call)
    with mocks:
        times = in_turns(subjects, form.row_seconds)

    def against_budget(part: Mapping[str, float]) -> float:
        cryptography = sum(value for name, value in part.items() if name.startswith("bare"))
        return part["kms"] / (_FLOOR_FACTOR * part["floor"] + cryptography)

    detail = {f"{name} µs": value for name, value in medians(times).items()}
    return [
        Figure(
            section=SECTION,
            name=spec.name,
            of="÷ (1.5 × floor + bare)",
            spread=compared(times, against_budget),
            budget=1.0 if is_judged else None,
            short_budget=_SHORT_BUDGET if is_judged else None,
            detail=detail,
            note="" if is_judged else "not by cryptography",
        )
    ]


def _same(call: Call) -> Call:
    return call


def _bare_calls(spec: KeySpec, usage: str, algorithm: str) -> list[Call]:
    """Return what of `cryptography` creation and first use cannot do without."""
    made: list[Call | None] = [bare.generate(spec.name)]
    if usage == "SIGN_VERIFY":
        made.append(bare.sign(spec.name, algorithm))
    elif usage == "GENERATE_VERIFY_MAC":
        made.append(bare.mac(algorithm))
    elif usage == "ENCAPSULATE_DECAPSULATE":
        made.append(bare.encapsulate(spec.name))
    elif usage == "ENCRYPT_DECRYPT":
        made.append(bare.encrypt(spec.name, algorithm))
    return [call for call in made if call is not None]


def _pool_figures() -> Iterator[Figure]:
    """Yield what a key pair costs that was never made, is in a file, is in memory."""
    from pytest_kmsmock.crypto import keypool

    for spec in keypool.SPECS:
        if spec not in KEY_SPECS:
            continue
        cold, warm, hot = [], [], []
        for _ in range(_POOL_ROUNDS):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "pool")
                first, second = keypool.KeyPool(path), keypool.KeyPool(path)
                cold.append(_milliseconds(functools.partial(first.take, spec, 0)))
                warm.append(_milliseconds(functools.partial(second.take, spec, 0)))
                hot.append(_milliseconds(functools.partial(second.take, spec, 0)))
        yield Figure(
            section=POOL_SECTION,
            name=spec,
            of="from a file ÷ made anew",
            spread=Spread.of([w / c for w, c in zip(warm, cold, strict=True)]),
            detail={
                "made anew ms": statistics.median(cold),
                "from a file ms": statistics.median(warm),
                "from memory ms": statistics.median(hot),
            },
        )


def _milliseconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1e3

"""A forked process: locks that threads of its parent hold are open in it, and IDs are its own."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref

import pytest

from pytest_kmsmock.crypto import forking
from pytest_kmsmock.crypto.forking import Lock, renew_in_children

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="without os.fork, as on Windows, nobody is forked"
)

HELD = """
import os, signal, threading
from pytest_kmsmock.crypto.forking import Lock

lock, is_held, is_over = Lock(), threading.Event(), threading.Event()

def hold():
    with lock.current:
        is_held.set()
        is_over.wait()

threading.Thread(target=hold, daemon=True).start()
is_held.wait()
if (child := os.fork()) == 0:
    signal.alarm(20)  # ends who waits for ever
    with lock.current, lock.current:
        os._exit(0)
_, status = os.waitpid(child, 0)
assert status == 0, status
assert not lock.current.acquire(blocking=False)
is_over.set()
"""

IMPORTING = """
import importlib, importlib.abc, importlib.machinery, os, signal, sys, threading
from pytest_kmsmock.crypto import forking

NAME = "pytest_kmsmock.planted"
is_begun, is_over = threading.Event(), threading.Event()


class Slow(importlib.abc.Loader, importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        return importlib.machinery.ModuleSpec(name, self) if name == NAME else None

    def exec_module(self, module):
        if not is_begun.is_set():
            is_begun.set()
            is_over.wait()
        module.whole = True


sys.meta_path.insert(0, Slow())
thread = threading.Thread(target=importlib.import_module, args=[NAME])
thread.start()
is_begun.wait()
"""
IMPORTED_BEFORE = f"""{IMPORTING}
threading.Timer(0.2, is_over.set).start()
if (child := os.fork()) == 0:
    signal.alarm(20)  # ends who waits for ever
    os._exit(0 if sys.modules[NAME].whole else 1)
_, status = os.waitpid(child, 0)
assert status == 0, status
"""
IMPORTED_ANEW = f"""{IMPORTING}
forking._ATTEMPTS = 0  # as if it had begun too late to be waited for
if (child := os.fork()) == 0:
    signal.alarm(20)
    os._exit(0 if importlib.import_module(NAME).whole else 1)
is_over.set()
thread.join()
_, status = os.waitpid(child, 0)
assert status == 0, status
assert sys.modules[NAME].whole
"""

FORKED_WITHIN = """
import importlib, importlib.abc, importlib.machinery, os, signal, sys
from pytest_kmsmock.crypto import forking

NAME = "pytest_kmsmock.planted"


class Forking(importlib.abc.Loader, importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        return importlib.machinery.ModuleSpec(name, self) if name == NAME else None

    def exec_module(self, module):
        module.child = os.fork()
        if module.child == 0:
            signal.alarm(20)
        module.whole = True


sys.meta_path.insert(0, Forking())
parent = os.getpid()
try:
    module = importlib.import_module(NAME)
    is_whole = module.whole and sys.modules[NAME] is module
except Exception:
    is_whole = False
if os.getpid() != parent:
    os._exit(0 if is_whole else 1)
assert is_whole
_, status = os.waitpid(module.child, 0)
assert status == 0, status
"""

WAITED_FOR = """
import os, signal, threading, time
from pytest_kmsmock.crypto import forking

begun, done, later = threading.Event(), [], []

def call():
    forking.enter()
    begun.set()
    time.sleep(0.3)
    done.append(True)
    forking.leave()

def call_later():
    while not forking._gate.locked():
        time.sleep(0.001)
    forking.enter()
    later.append(True)
    forking.leave()

threads = [threading.Thread(target=each) for each in (call, call_later)]
for thread in threads:
    thread.start()
begun.wait()
forking.enter()  # who forks may be in a call itself
if (child := os.fork()) == 0:
    signal.alarm(20)
    forking.enter()
    forking.leave()
    assert not threading.Thread(target=lambda: None).start()
    os._exit(0 if done and not later and len(forking._inside) == 1 else 1)
forking.leave()
_, status = os.waitpid(child, 0)
assert status == 0, status
for thread in threads:
    thread.join()
assert later and not forking._inside and not forking._gate.locked()
"""
NOT_WAITED_FOR = """
import os, threading
from pytest_kmsmock.crypto import forking

begun, over = threading.Event(), threading.Event()

def call():
    forking.enter()
    begun.set()
    over.wait()
    forking.leave()

forking._PATIENCE = 20
thread = threading.Thread(target=call)
thread.start()
begun.wait()
if (child := os.fork()) == 0:
    os._exit(0 if not forking._inside else 1)
_, status = os.waitpid(child, 0)
over.set()
thread.join()
assert status == 0, status
"""


def run(code: str) -> None:
    """Run *code* in a process of its own, whose threads may be there when it is forked."""
    # Python warns of what is to be tried.
    subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code], check=True, timeout=300
    )


def test_a_lock_that_a_thread_holds_is_open_in_the_child() -> None:
    """And still held in the parent."""
    run(HELD)


def test_a_fork_waits_for_what_a_thread_is_importing() -> None:
    """The child finds the module as a whole."""
    run(IMPORTED_BEFORE)


def test_a_child_imports_anew_what_a_thread_was_importing() -> None:
    """The thread, which would have gone on, is not there; in the parent it goes on."""
    run(IMPORTED_ANEW)


def test_a_child_goes_on_with_what_its_own_thread_was_importing() -> None:
    """That thread is the one that is there."""
    run(FORKED_WITHIN)


def test_a_fork_waits_for_the_calls_of_other_threads() -> None:
    """And none begins until there is the child: libraries have locks that nobody can renew."""
    run(WAITED_FOR)


def test_a_fork_does_not_wait_for_ever() -> None:
    """A call may be one that waits for what the forking thread does next."""
    run(NOT_WAITED_FOR)


def test_what_is_gone_is_not_renewed() -> None:
    """The list of what to renew keeps nothing alive: each mock has locks of its own."""
    lock = Lock()
    gone = weakref.ref(lock)

    del lock
    gc.collect()

    assert gone() is None


def test_who_asked_for_it_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for each fork, as long as it lives."""
    # What others have asked for is none of this process: it has not been forked.
    monkeypatch.setattr(forking, "_renewing", weakref.WeakSet())

    class Counting:
        renewed = 0

        def renew(self) -> None:
            self.renewed += 1

    counting = Counting()
    renew_in_children(counting)
    renew_in_children(counting)

    forking._renew()
    forking._renew()

    assert counting.renewed == 2


def test_a_call_that_was_interrupted_before_it_began_ends_all_the_same() -> None:
    """And takes nothing from the calls of other threads."""
    forking._inside.append(-1)
    try:
        forking.leave()

        assert forking._inside.count(-1) == 1
    finally:
        forking._inside.remove(-1)

"""What the command line finds around it: a terminal that may not speak UTF-8, and a place for compiled code."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from adoptive.errors import RunError

__all__ = [
    "StoppedError",
    "compiling_said",
    "damaged_cache",
    "interrupts_kept",
    "prepare",
    "say_error",
    "silence_output",
]

_CACHE = "NUMBA_CACHE_DIR"
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Characters that steer a terminal or turn the direction of writing; the end of a line stays."""


class StoppedError(Exception):
    """Leave a run that was interrupted before its folder was whole; its text says what is kept."""


def prepare() -> None:
    """Make the streams take any character, and give compiled code a folder that can be written."""
    for name in ("stdout", "stderr"):
        if (
            getattr(sys, name) is None
        ):  # closed by the caller: what is said there goes nowhere, and no file takes its place
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if "numba" not in sys.modules and not os.environ.get(_CACHE):
        os.environ[_CACHE] = str(_numba_folder())


@contextmanager
def interrupts_kept() -> Iterator[None]:
    """Keep Ctrl-C until the block ends and raise it then.

    While code is compiled the compiler calls back into Python; an exception raised there is printed and lost.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    kept: list[int] = []

    def keep(number: int, frame: FrameType | None) -> None:
        kept.append(number)

    signal.signal(signal.SIGINT, keep)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if kept:
        raise KeyboardInterrupt


@contextmanager
def compiling_said() -> Iterator[None]:
    """Say once on stderr that code is compiled, which takes most of a minute at a first use; a warm start is silent."""
    from numba.core import event

    class Once(event.Listener):
        said = False

        def on_start(self, event: object) -> None:
            if not self.said:
                self.said = True
                say_error("compiling for the first use; later calls start at once")

        def on_end(self, event: object) -> None:
            """Say nothing."""

    with event.install_listener("numba:compile", Once()):
        yield


def damaged_cache(problem: BaseException) -> RunError:
    """Say which folder to empty when compiled code could not be kept or fetched."""
    return RunError(
        "compiled code could not be fetched from its cache", where=os.environ.get(_CACHE, _CACHE),
        value=str(problem) or type(problem).__name__, next_step="empty this folder, or set NUMBA_CACHE_DIR to another",
    )  # fmt: skip


def say_error(message: str) -> None:
    """Write one message to stderr, if anybody can hear it; what it quotes of a file cannot steer the terminal."""
    shown = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], message)
    with suppress(OSError, ValueError):
        print(f"adoptive: {shown}", file=sys.stderr, flush=True)


def silence_output() -> None:
    """Let what stdout still holds go nowhere, so that it is not written again at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _numba_folder() -> Path:
    """Give the user's cache of adoptive, or a fresh folder that goes when the program ends."""
    with suppress(OSError, RuntimeError):
        folder = _user_cache() / "numba"
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    fresh = Path(tempfile.mkdtemp(prefix="adoptive-numba-"))
    atexit.register(shutil.rmtree, fresh, ignore_errors=True)
    return fresh


def _user_cache() -> Path:
    """Give the folder where compiled models are kept; found here again because the solver is heavy to import."""
    if chosen := os.environ.get("ADOPTIVE_CACHE_DIR"):
        return Path(chosen)
    if xdg := os.environ.get("XDG_CACHE_HOME"):
        return Path(xdg) / "adoptive"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", tempfile.gettempdir())) / "adoptive" / "cache"
    return Path("~/Library/Caches/adoptive" if sys.platform == "darwin" else "~/.cache/adoptive").expanduser()

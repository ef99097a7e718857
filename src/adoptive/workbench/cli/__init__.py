"""The commands ``run``, ``follow``, ``studies``, ``show``, ``report``, ``check``, ``simulate``, ``grade`` and ``zoo``.

Results go to stdout, progress to stderr. Exit codes: 0 done, 1 a stated check failed, 2 bad usage or bad study, 3 the
run failed, 130 interrupted, 143 told to end (SIGTERM). Nothing heavy is imported before a command is known. The
function to know is :func:`main`.
"""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from adoptive.errors import AdoptiveError, RunError, SolveError
from adoptive.workbench.cli.surroundings import StoppedError, prepare, say_error, silence_output
from adoptive.workbench.limits import NO_ROOM

__all__ = ["main"]

BAD_INPUT, RUN_FAILED, INTERRUPTED, TERMINATED = 2, 3, 130, 143


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and leave with its exit code; bad input gives one message and never a traceback."""
    sys.exit(_outcome(arguments))


def _outcome(arguments: Sequence[str] | None) -> int:
    signal.signal(signal.SIGTERM, _terminated)
    prepare()
    try:
        return _command(arguments)
    except StoppedError as stopped:
        return _said(f"interrupted; {str(stopped) or 'no run folder was left'}", INTERRUPTED)
    except KeyboardInterrupt:
        return _said("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (for instance `| head`): not an error, but stdout must not be flushed again at exit.
        silence_output()
        return 0
    except (RunError, SolveError) as problem:
        return _said(f"the run failed: {problem}", RUN_FAILED)
    except AdoptiveError as problem:
        return _said(str(problem), BAD_INPUT)
    except MemoryError:
        return _said(
            "the run failed: not enough memory; next: fewer --trials or --workers, or a smaller file", RUN_FAILED
        )
    except OSError as problem:
        if problem.errno not in NO_ROOM:
            return _own_mistake()
        silence_output()
        return _said(f"the output could not be written: {problem.strerror}; next: make room", RUN_FAILED)
    except BaseException:  # a panic of the drawing library is no Exception
        return _own_mistake()


def _command(arguments: Sequence[str] | None) -> int:
    """Run a command and give its exit code; what it printed is written out before."""
    from adoptive.workbench.cli.app import app

    code = 0
    try:
        app(args=None if arguments is None else list(arguments), prog_name="adoptive")
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(bool(leaving.code))
    sys.stdout.flush()
    return _said("interrupted", code) if code == INTERRUPTED else code


def _own_mistake() -> int:
    """Show the traceback of a mistake of the program's own: its authors need it."""
    with suppress(OSError, ValueError):
        traceback.print_exc()
    return _said("an error inside the program; next: report it with the lines above", RUN_FAILED)


def _said(message: str, code: int) -> int:
    say_error(message)
    return code


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    """Turn a request to end into an exception, so that everything is tidied up on the way out."""
    sys.exit(TERMINATED)

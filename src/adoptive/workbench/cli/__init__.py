"""The command line: ``adoptive run``, ``follow``, ``studies``, ``show``, ``report``, ``check``.

Results go to stdout, progress to stderr. Exit codes: 0 done, 1 a stated check failed, 2 bad usage or bad study, 3 the
run failed, 130 interrupted. Nothing heavy is imported before a command is known. The function to know is :func:`main`.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from adoptive.errors import AdoptiveError, RunError, SolveError

__all__ = ["main"]

BAD_INPUT, RUN_FAILED, INTERRUPTED, TERMINATED = 2, 3, 130, 143


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and leave with its exit code; bad input gives one message and never a traceback."""
    sys.exit(_outcome(arguments))


def _outcome(arguments: Sequence[str] | None) -> int:
    signal.signal(signal.SIGTERM, _terminated)
    try:
        from adoptive.workbench.cli.app import app

        app(args=None if arguments is None else list(arguments), prog_name="adoptive")
        sys.stdout.flush()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(bool(leaving.code))
        return _interrupted() if code == INTERRUPTED else code
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        # The reader went away (for instance `| head`): not an error, but stdout must not be flushed again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (RunError, SolveError) as problem:
        return _said(f"the run failed: {problem}", RUN_FAILED)
    except AdoptiveError as problem:
        return _said(str(problem), BAD_INPUT)
    except MemoryError:
        return _said("the run failed: not enough memory; next: fewer --trials or --workers", RUN_FAILED)
    except Exception:  # a mistake of the program's own: the traceback is what its authors need
        traceback.print_exc()
        return _said("an error inside the program; next: report it with the lines above", RUN_FAILED)
    return 0


def _interrupted() -> int:
    return _said("interrupted; no run folder was left", INTERRUPTED)


def _said(message: str, code: int) -> int:
    print(f"adoptive: {message}", file=sys.stderr)
    return code


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    """Turn a request to end into an exception, so that everything is tidied up on the way out."""
    sys.exit(TERMINATED)

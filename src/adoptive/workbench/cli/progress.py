"""What a long command says while it works: stages as lines, a bar with the time left, on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

__all__ = ["told"]

Said = Callable[[str], None]
Done = Callable[[int, int], None]

_EVERY_S: Final = 30.0


@contextmanager
def told(*, quiet: bool) -> Iterator[tuple[Said, Done]]:
    """Give two functions: one says a stage, the other how much of it is done; nothing is said if ``quiet``.

    Without a terminal a plain line is written at most every half minute.
    """
    if quiet:
        yield (lambda _: None), (lambda _now, _all: None)
    elif sys.stderr.isatty():
        with _bar() as both:
            yield both
    else:
        yield _plain(time.monotonic)


@contextmanager
def _bar() -> Iterator[tuple[Said, Done]]:
    to = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=to, transient=True) as bar:
        task = bar.add_task("simulating", total=None, visible=False)

        def done(now: int, whole: int) -> None:
            bar.update(task, completed=now, total=whole, visible=now < whole)

        yield (lambda stage: to.print(stage, highlight=False, markup=False)), done


def _plain(clock: Callable[[], float]) -> tuple[Said, Done]:
    begun = last = clock()
    first = 0

    def done(now: int, whole: int) -> None:
        nonlocal begun, last, first
        if now <= first or now == 0:
            begun, first = clock(), now
        if clock() - last < _EVERY_S and now < whole:
            return
        last = clock()
        rate = (now - first) / max(last - begun, 1e-9)
        left = f", {(whole - now) / rate / 60.0:.0f} min left" if rate > 0 and now < whole else ""
        print(f"{100 * now // whole} % simulated{left}", file=sys.stderr, flush=True)

    return (lambda stage: print(stage, file=sys.stderr, flush=True)), done

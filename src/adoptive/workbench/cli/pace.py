"""How far the work is, on stderr: a bar with the time left on a terminal, now and then a plain line elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from adoptive.workbench.cli.say import console
from adoptive.workbench.engine.types import Progress as Report

__all__ = ["Pace", "work_bar"]

EVERY_S: Final = 60.0
"""Seconds between plain lines; the first comes after as many, so that what is soon done says nothing."""


@dataclass
class Pace:
    """Guess the time left from what was done since the start; what was found finished says nothing about speed.

    >>> clock = iter([0.0, 10.0]).__next__
    >>> pace = Pace(clock)
    >>> pace.left(50, 100), pace.left(75, 100)
    ('', '10 s left')
    """

    clock: Callable[[], float] = time.monotonic
    began: tuple[float, int] | None = None

    def left(self, done: int, total: int) -> str:
        """Say how long the rest will take, as far as can be told."""
        now = self.clock()
        if self.began is None:
            self.began = now, done
        started, found = self.began
        if done <= found or now <= started:
            return ""
        return f"{duration((now - started) * (total - done) / (done - found))} left"


def duration(seconds: float) -> str:
    """Write a time in its two largest units.

    >>> duration(7.2), duration(192.0), duration(8000.0), duration(200_000.0)
    ('7 s', '3 min 12 s', '2 h 13 min', '2 d 7 h')
    """
    rest = round(seconds)
    told = [(rest // 86_400, "d"), (rest % 86_400 // 3600, "h"), (rest % 3600 // 60, "min"), (rest % 60, "s")]
    first = next((at for at, (count, _) in enumerate(told) if count), len(told) - 1)
    return " ".join(f"{count} {unit}" for count, unit in told[first : first + 2] if count or first == len(told) - 1)


@contextmanager
def work_bar(what: str = "virtual trials", *, quiet: bool = False) -> Iterator[Report | None]:
    """Give what says how far the work is; None if nothing is to be said."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
        with Progress(*columns, console=console(error=True), transient=True) as bar:
            yield _on_bar(bar)
    else:
        yield _in_lines(what)


def _on_bar(bar: Progress) -> Report:
    task, pace = bar.add_task("work", total=None, left=""), Pace()

    def report(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total, left=pace.left(done, total))

    return report


def _in_lines(what: str) -> Report:
    pace, said = Pace(), [time.monotonic()]

    def report(done: int, total: int) -> None:
        left, now = pace.left(done, total), time.monotonic()
        if now - said[0] >= EVERY_S and done < total:
            said[0] = now
            print(f"{done:,} of {total:,} {what}{', ' if left else ''}{left}", file=sys.stderr, flush=True)

    return report

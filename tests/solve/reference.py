"""Follow one patient slowly, in plain Python: what the engine must agree with, sharing none of its code.

scipy's DOP853 with tight tolerances steps through time; every happening ends a stretch and is acted on at once. The
rules are written from the docstrings of `Trigger`, `Regimen`, `Scans` and `Model`, not from the compiled loop.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.integrate import DOP853

from adoptive.solve import Model, Regimen, Scans, Trigger, Values

RTOL, ATOL = 1e-10, 1e-11
LOOKS = 3  # places per step of the integrator at which signals are compared


@dataclass
class Course:
    """Stand of one regimen."""

    decision: float
    given: list[float] = field(default_factory=list)
    held_since: float | None = None
    holds: int = 0
    state: int = 0
    due: list[tuple[float, int]] = field(default_factory=list)


@dataclass
class Reading:
    """Stand of the scans."""

    next: float
    taken: int = 0
    baseline: float = np.inf
    nadir: float = np.inf
    best: float = np.inf
    response: float = np.inf
    progressions: list[float] = field(default_factory=list)


def splitmix(draw: float, fall: int) -> float:
    """Return the draw of a later fall, by the published generator (Steele et al. 2014)."""
    if fall == 0 or not 0.0 < draw < 1.0:
        return draw
    mask = (1 << 64) - 1
    z = (int(draw * 2**53) + fall * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return ((z ^ (z >> 31)) >> 11) * 2.0**-53


def one(value: Any, i: int) -> float:
    """Return a number given for all, or for each patient."""
    return float(np.broadcast_to(np.asarray(value, float), (i + 1,) if np.ndim(value) == 0 else np.shape(value))[i])


class Reference:
    """Follow patient i of a run from start to stop."""

    def __init__(
        self,
        model: Model,
        parameters: Any,
        y: Any,
        *,
        i: int,
        start: float,
        stop: float,
        doses: list[tuple[float, int, float]] = (),  # type: ignore[assignment]
        triggers: tuple[Trigger, ...] = (),
        regimens: tuple[Regimen, ...] = (),
        scans: Scans | None = None,
        draws: Any = None,
    ) -> None:
        self.model, self.i, self.now, self.stop = model, i, start, stop
        self.y, self.p = [float(v) for v in y], Values(model.parameters, [float(v) for v in parameters])
        self.doses = sorted((d for d in doses if d[0] >= start), key=lambda d: d[0])
        self.triggers, self.regimens, self.scans = triggers, regimens, scans
        self.draws = np.zeros(len(model.clones)) if draws is None else draws
        self.names = [jump.name for jump in model.jumps]
        self.clones = [model.populations.get(name, (name,)) for name in model.clones]
        self.fired: list[list[float]] = [[] for _ in triggers]
        self.pending: list[float] = [np.inf] * len(triggers)
        self.courses = [Course(max(one(r.first_day, i), start)) for r in regimens]
        self.reading = Reading(max(one(scans.first_day, i), start) if scans else np.inf)
        self.falls = [0] * len(self.clones)
        self.hanging: set[int] = set()
        self.extinct = [False] * len(self.clones)
        self.stopped = np.inf
        self.log: list[tuple[float, str]] = []

    def values(self, y: Any) -> Values:
        return Values(self.model.states, list(y))

    def slopes(self, _: float, y: Any) -> list[float]:
        text = self.model.rhs(self.values(y), self.p)
        return [float(text[name]) for name in self.model.states]

    def signals(self, y: Any) -> dict[str, float]:
        return {} if self.model.watch is None else dict(self.model.watch(self.values(y), self.p))

    def cells(self, y: Any, c: int) -> float:
        return float(sum(y[self.model.states.index(name)] for name in self.clones[c]))

    def jump(self, name: str, amount: float) -> None:
        jump = self.model.jumps[self.names.index(name)]
        if jump.text is not None:
            for state, value in jump.text(self.values(self.y), self.p, amount).items():
                self.y[self.model.states.index(state)] = float(value)
        for state, factor in jump.effect.items():
            gain = self.p[factor] if isinstance(factor, str) else factor
            self.y[self.model.states.index(state)] += amount * gain
        self.log.append((self.now, name))

    def next_day(self) -> float:
        days = [d[0] for d in self.doses[:1]] + self.pending + [self.reading.next]
        for course in self.courses:
            days += [course.decision, *(day for day, _ in course.due)]
        return min(days, default=np.inf)

    def happen(self) -> None:
        """Let all that is due now happen, once."""
        before, cells = self.signals(self.y), [self.cells(self.y, c) for c in range(len(self.clones))]
        progressed = self.scan(before)
        for r, (regimen, course) in enumerate(zip(self.regimens, self.courses, strict=True)):
            self.decide(r, regimen, course, before, progressed)
        while self.doses and self.doses[0][0] <= self.now:
            _, kind, amount = self.doses.pop(0)
            self.jump(self.names[kind], amount)
        for k, trigger in enumerate(self.triggers):
            if self.pending[k] <= self.now:
                self.pending[k] = np.inf
                if trigger.jump is not None:
                    self.jump(trigger.jump, one(trigger.amount, self.i))
                if trigger.stops:
                    self.stopped = self.now
        if progressed and self.scans is not None and self.scans.jump is not None:
            self.jump(self.scans.jump, one(self.scans.amount, self.i))
        for regimen, course in zip(self.regimens, self.courses, strict=True):
            today = [number for day, number in course.due if day <= self.now]
            course.due = [(day, number) for day, number in course.due if day > self.now]
            for number in today:
                dose = regimen.cycle[number]
                self.jump(dose.jump, one(dose.amount, self.i))
        for c, was in enumerate(cells):
            left = self.cells(self.y, c)
            if left < 1.0 and (was >= 1.0 or c in self.hanging):
                self.fate(c, max(left, 0.0))
        self.look(before, self.signals(self.y))

    def scan(self, signal: dict[str, float]) -> bool:
        scans, r = self.scans, self.reading
        if scans is None or r.next > self.now:
            return False
        total = signal[scans.signal]
        r.taken += 1
        r.next += one(scans.interval_days, self.i)
        self.log.append((self.now, "scan"))
        if r.taken == 1:
            r.baseline = r.nadir = total
            return False
        if not r.progressions and r.baseline > 0.0:
            r.best = min(r.best, total / r.baseline - 1.0)
            if total <= (1.0 + scans.response_change) * r.baseline and r.response == np.inf:
                r.response = self.now
        if total < (1.0 + scans.progression_change) * r.nadir or total - r.nadir < scans.progression_mm:
            r.nadir = min(r.nadir, total)
            return False
        r.nadir = total
        r.progressions.append(self.now)
        self.log.append((self.now, "progression"))
        if len(r.progressions) == scans.maximum:
            r.next = np.inf
            if scans.stops:
                self.stopped = self.now
        return True

    def met(self, gate: Any, signal: dict[str, float]) -> bool:
        value, threshold = signal[gate.signal], one(gate.threshold, self.i)
        return value >= threshold if gate.above else value <= threshold

    def decide(self, r: int, regimen: Regimen, course: Course, signal: dict[str, float], progressed: bool) -> None:
        def end(reason: int) -> None:
            course.decision, course.due = np.inf, []
            course.state = course.state or reason
            self.log.append((self.now, f"regimen {r} ends: {reason}"))

        if progressed and regimen.on_progression == "stop":
            end(4)
        if progressed and regimen.on_progression == "next cycle" and course.state == 0:
            course.decision = self.now
        if course.decision > self.now:
            return
        if any(self.met(gate, signal) for gate in regimen.stop_gates):
            end(2)
        elif all(self.met(gate, signal) for gate in regimen.gates):
            course.given.append(self.now)
            course.due += [(self.now + dose.offset_days, number) for number, dose in enumerate(regimen.cycle)]
            course.held_since = None
            course.decision = self.now + one(regimen.interval_days, self.i)
            self.log.append((self.now, f"regimen {r} cycle"))
            if len(course.given) == regimen.maximum:
                course.decision, course.state = np.inf, 1
        else:
            course.holds += 1
            course.held_since = self.now if course.held_since is None else course.held_since
            again = self.now + one(regimen.hold_days, self.i)
            self.log.append((self.now, f"regimen {r} held"))
            if again <= course.held_since + one(regimen.longest_hold_days, self.i) + 1e-6:
                course.decision = again
            else:
                end(3)

    def look(self, before: dict[str, float], after: dict[str, float]) -> None:
        """Fire the triggers whose signal rose through the threshold."""
        for k, trigger in enumerate(self.triggers):
            if before[trigger.signal] < one(trigger.threshold, self.i) <= after[trigger.signal]:
                self.fire(k)

    def fire(self, k: int) -> None:
        trigger, fired = self.triggers[k], self.fired[k]
        locked = bool(fired) and self.now < fired[-1] + one(trigger.lockout_days, self.i)
        if len(fired) >= trigger.maximum or locked or self.pending[k] < np.inf:
            return
        fired.append(self.now)
        self.log.append((self.now, f"trigger {k}"))
        if trigger.jump is not None or trigger.stops:
            self.pending[k] = self.now + one(trigger.delay_days, self.i)

    def fate(self, c: int, chance: float) -> None:
        """Decide a population of less than one cell; `chance` is that of there being a cell."""
        assert self.model.clone_rates is not None
        rates = self.model.clone_rates(self.values(self.y), self.p)
        birth, death = (float(rates[name]) for name in list(self.model.clones.values())[c])
        self.falls[c] += c not in self.hanging  # a line that hangs on one cell is judged anew with the same draw
        draw = splitmix(float(self.draws[c]), self.falls[c] - 1)
        lives = chance > 0.0 and birth > death and draw >= 1.0 - chance * (1.0 - death / birth)
        assert not (lives and c in self.hanging), "a line held at one cell for longer is not followed here"
        left = self.cells(self.y, c)
        for name in self.clones[c]:
            k = self.model.states.index(name)
            self.y[k] = self.y[k] / left if lives else 0.0
        self.extinct[c] = not lives
        self.log.append((self.now, f"clone {c} {'lives' if lives else 'dies'}"))
        self.hanging = self.hanging | {c} if lives else self.hanging - {c}

    def stretch(self, until: float) -> None:
        """Integrate to a day, or to the first crossing before it, and act on that."""
        solver = DOP853(self.slopes, self.now, np.array(self.y), until, rtol=RTOL, atol=ATOL)
        while solver.status == "running":
            solver.step()
            sol = solver.dense_output()
            days = np.linspace(solver.t_old, solver.t, LOOKS + 1)
            days[0], days[-1] = solver.t_old, solver.t
            for low, high in pairwise(days):
                crossings = self.crossings(sol, low, high)
                if crossings:
                    day, act = min(crossings, key=lambda found: found[0])
                    self.now, self.y = day, list(sol(day))
                    act()
                    return
            self.hanging -= {c for c in self.hanging if self.cells(solver.y, c) >= 2.0}
        self.now, self.y = until, list(solver.y)

    def crossings(self, sol: Any, low: float, high: float) -> list[tuple[float, Any]]:
        found: list[tuple[float, Any]] = []
        if self.triggers:
            before, after = self.signals(sol(low)), self.signals(sol(high))
            for k, trigger in enumerate(self.triggers):
                threshold, name = one(trigger.threshold, self.i), trigger.signal
                if len(self.fired[k]) < trigger.maximum and before[name] < threshold <= after[name]:

                    def above(day: float, name: str = name, threshold: float = threshold) -> bool:
                        return self.signals(sol(day))[name] >= threshold

                    found.append((bisect(above, low, high), lambda k=k: self.fire(k)))
        for c in range(len(self.clones)):
            if self.cells(sol(low), c) >= 1.0 > self.cells(sol(high), c):

                def below(day: float, c: int = c) -> bool:
                    return self.cells(sol(day), c) < 1.0

                found.append((bisect(below, low, high), lambda c=c: self.fate(c, 1.0)))
        return found

    def follow(self) -> Reference:
        """Follow the patient to the end."""
        while self.now < self.stop:
            while self.next_day() <= self.now and self.stopped == np.inf:
                self.happen()
            if self.stopped < np.inf:
                break
            self.stretch(min(self.stop, self.next_day()))
        return self


def bisect(reached: Any, low: float, high: float) -> float:
    """Return where a condition that holds at high and not at low begins, from above."""
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high

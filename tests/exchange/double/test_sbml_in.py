"""What others write, we read: libroadrunner's numbers, corner by corner of the standard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import elsewhere
import files
import numpy as np
import pytest

from adoptive.solve import compile_model
from adoptive.solve.exchange import Imported, read_sbml

DAYS = np.linspace(0.03, 6.03, 41)
TOLERANCE = 1e-6


def follow(read: Imported, days: np.ndarray, given: dict[str, float] | None = None) -> dict[str, np.ndarray]:
    start = read.begin(1, given)
    ran = compile_model(read.model).run(
        start.parameters,
        start.initial,
        start=0.0,
        stop=float(days[-1]),
        visits=days,
        events=start.events,
        triggers=read.triggers,
        rtol=1e-10,
        atol=1e-12,
    )
    assert ran.failure.tolist() == [0]
    return {name: values[0] for name, values in read.observe(ran.states, start.parameters).items()}


def as_roadrunner_names(read: Imported, names: Sequence[str]) -> list[str]:
    declared = read.system.contents.quantities
    seen = [declared[name] for name in names]
    return [f"[{one.id}]" if one.kind == "species" and not one.in_amount else one.id for one in seen]


@pytest.mark.parametrize("build", files.ALL)
def test_roadrunner_says_the_same(build: Callable[[], files.File], tmp_path: Path) -> None:
    path = tmp_path / "model.xml"
    path.write_text(build().text(), "utf-8")
    read = read_sbml(path)
    names = [name for name in read.observed if not name.startswith("generatedId")]  # made when Level 2 is converted
    followed = follow(read, DAYS)
    ours = np.column_stack([followed[name] for name in names])
    text, ids = path.read_text("utf-8"), as_roadrunner_names(read, names)
    theirs = elsewhere.simulate(text, ids, DAYS, longest_step=1e-3)  # it looks for events at its steps only
    found = elsewhere.difference(ours, theirs)
    print(f"{build.__name__}: largest relative difference {found:.1e} in {len(names)} quantities")
    assert np.ptp(ours, axis=0).max() > 0.1, "nothing moves: the comparison is empty"
    assert found < TOLERANCE

"""Antimony's own reader takes what we write, and its SBML simulates to our numbers."""

from __future__ import annotations

from collections.abc import Callable

import antimony
import elsewhere
import problems
import pytest

from adoptive.solve.exchange import write_antimony, write_sbml


@pytest.mark.parametrize("build", [problems.dosed, problems.mixture, problems.stiff])
def test_antimony_reads_it(build: Callable[[], problems.Problem]) -> None:
    problem = build()
    patient = {"parameters": problem.parameters, "initial": problem.initial}
    text = write_antimony(problem.model, None, **patient, events=problem.events, triggers=problem.triggers)
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(text) >= 0, antimony.getLastError()
    as_sbml = antimony.getSBMLString(antimony.getMainModuleName())
    assert elsewhere.mistakes(as_sbml) == []
    ids = elsewhere.ids_of(write_sbml(problem.model, None, **patient), problem.model.states)
    theirs = elsewhere.simulate(as_sbml, ids, problem.days)
    assert elsewhere.difference(problem.ours().states[0], theirs) < 1e-6

"""What we write, other tools read: libSBML finds nothing wrong and libroadrunner gets our numbers."""

from __future__ import annotations

from collections.abc import Callable

import elsewhere
import problems
import pytest

from adoptive.solve.exchange import write_sbml

TOLERANCE = 1e-6


@pytest.mark.parametrize(
    "build", [problems.dosed, problems.mixture, problems.stiff, pytest.param(problems.whole, marks=pytest.mark.slow)]
)
def test_roadrunner_gets_our_numbers(build: Callable[[], problems.Problem]) -> None:
    problem = build()
    text = write_sbml(
        problem.model,
        None,
        parameters=problem.parameters,
        initial=problem.initial,
        events=problem.events,
        triggers=problem.triggers,
    )
    assert elsewhere.mistakes(text) == []
    ran = problem.ours()
    assert ran.failure.tolist() == [0]
    if problem.triggers:
        assert ran.fired[0, 0] >= 2, "a trigger that hardly fires tests little"
    scale = problem.model.scale
    absolute = [1e-12 * scale.get(name, 1.0) for name in problem.model.states]
    least = [1e-4 * scale.get(name, 0.0) for name in problem.model.states]  # both solvers' absolute error shows below
    ids = elsewhere.ids_of(text, problem.model.states)
    theirs = elsewhere.simulate(text, ids, problem.days, absolute=absolute)
    found = elsewhere.difference(ran.states[0], theirs, least=least)
    print(f"{problem.model.name}: largest relative difference {found:.1e}, {len(text)} characters")
    assert found < TOLERANCE

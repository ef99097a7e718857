"""A second reading: every row graded alone, clause by clause in plain Python, against the vectorised grader."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from adoptive.outcome.laboratory.grading import grade_laboratory
from adoptive.outcome.laboratory.terms import VERSIONS, Term, all_terms

PART = re.compile(r"([<>]=?) (?:([\d.]+) x )?(ULN|LLN|baseline|[\d.]+)(?: \+ ([\d.]+))?")


def _comparison(text: str, value: float, signs: dict[str, float]) -> bool | None:
    sign, times, what, plus = PART.fullmatch(text).groups()  # type: ignore[union-attr]
    limit = signs.get(what, math.nan) if what in ("ULN", "LLN", "baseline") else float(what)
    limit = float(times or 1) * limit + float(plus or 0)
    if math.isnan(limit):
        return None
    on = math.isclose(value, limit, rel_tol=1e-12)
    return sign.endswith("=") if on else (value > limit) == (sign[0] == ">")


def _clause(text: str, value: float, signs: dict[str, float]) -> bool | None:
    body, _, state = text.partition(" if baseline ")
    if state:
        high = not math.isnan(signs["baseline"]) and signs["baseline"] > signs["ULN"]
        low = not math.isnan(signs["baseline"]) and signs["baseline"] < signs["LLN"]
        if {"high": high, "low": low, "not high": not high, "not low": not low}[state] is False:
            return False
    answers = [_comparison(part, value, signs) for part in body.split(" and ")]
    return False if False in answers else None if None in answers else True


def _grade(term: Term, value: float, signs: dict[str, float]) -> int:
    rule = term.rules[0]
    if math.isnan(value) or any(math.isnan(signs[name]) for name in rule.needs):
        return -1
    if any(_clause(clause.text, value, signs) for clause in rule.ungraded):
        return -1
    answers = [(grade, _clause(clause.text, value, signs)) for grade, clauses in rule.grades for clause in clauses]
    met = [grade for grade, answer in answers if answer]
    return max(met) if met else -1 if any(answer is None for _, answer in answers) else 0


@pytest.mark.parametrize("version", VERSIONS)
def test_both_readings_agree(version: str) -> None:
    rng = np.random.default_rng(7)
    for term in all_terms(version):
        numbers = [
            float(found) for _, clauses in term.rules[0].grades for clause in clauses
            for found in re.findall(r"[<>]=? ([\d.]+)(?! x)", clause.text)
        ]  # fmt: skip
        centre = float(np.median(numbers)) if numbers else 40.0
        draw = rng.lognormal(math.log(centre), 0.8, (4, 300))
        draw[0, :40] = rng.choice(numbers or [40.0], 40)
        draw[0, 40:80] = draw[2, 40:80] * rng.choice([1, 1.5, 3, 5, 20], 40)
        draw[rng.random(draw.shape) < 0.12] = np.nan
        value, lower, upper, base = draw
        graded = grade_laboratory(
            value, term=term.name, unit=term.rules[0].unit, lower_limit=lower, upper_limit=upper, baseline=base,
            version=version,
        )  # fmt: skip
        rows = zip(value, upper, lower, base, strict=True)
        mine = [_grade(term, float(v), {"ULN": float(u), "LLN": float(n), "baseline": float(b)}) for v, u, n, b in rows]
        assert graded.grade.tolist() == mine, term.name
        assert len(set(mine)) > 1

"""Match trees written as CTML and read again say what they said, level by level."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adoptive.trial.eligibility.statements import All, AnyOf, Gene, Named, Not, Quantity, Statement, normal
from adoptive.workbench.match.trials.ctml import trial_of_ctml
from adoptive.workbench.match.trials.load import load_trials
from adoptive.workbench.match.trials.paths import paths
from adoptive.workbench.match.types import Trial

WRITTEN: dict[Statement, dict[str, Any]] = {
    Quantity("age_years", ">=", 18.0): {"clinical": {"age_numerical": ">=18"}},
    Quantity("age_years", "<", 75.0): {"clinical": {"age_numerical": "<75"}},
    Named("sex", ("female",)): {"clinical": {"gender": "Female"}},
    Quantity("tmb_per_mb", ">=", 10.0): {"clinical": {"tmb": ">=10"}},
    Gene("KRAS", ("G12D",), "mutation"): {
        "genomic": {"hugo_symbol": "KRAS", "variant_category": "Mutation", "protein_change": "p.G12D"}
    },
    Gene("MET", (), "amplification"): {
        "genomic": {"hugo_symbol": "MET", "variant_category": "Copy Number Variation", "cnv_call": "High Amplification"}
    },
    Gene("ALK", (), "fusion"): {"genomic": {"hugo_symbol": "ALK", "variant_category": "Structural Variation"}},
    Gene("MSI-H", (), "signature"): {"genomic": {"mmr_status": "MMR-Deficient"}},
}
"""Leaves, and how a curator writes them."""

TREES = st.recursive(
    st.sampled_from(tuple(WRITTEN)),
    lambda part: st.one_of(
        st.lists(part, min_size=1, max_size=4).map(lambda parts: All(tuple(parts))),
        st.lists(part, min_size=1, max_size=4).map(lambda parts: AnyOf(tuple(parts))),
        part.map(Not),
    ),
    max_leaves=12,
)
SIGNED = st.booleans()


def node(tree: Statement, signed: bool) -> dict[str, Any]:
    """Write a tree as a CTML node; with ``signed`` a denied leaf by a "!" of its first value."""
    match tree:
        case All(parts):
            return {"and": [node(part, signed) for part in parts]}
        case AnyOf(parts):
            return {"or": [node(part, signed) for part in parts]}
        case Not(part) if signed and part in WRITTEN and "age_numerical" not in str(WRITTEN[part]):
            [(kind, keys)] = WRITTEN[part].items()
            first = next(iter(keys))
            return {kind: {**keys, first: f"!{keys[first]}"}}
        case Not(part):
            return {"not": node(part, signed)}
        case _:
            return WRITTEN[tree]


LEVELS = st.fixed_dictionaries({"match": st.lists(TREES, max_size=2), "suspended": st.booleans()})
ARMS = st.fixed_dictionaries({"own": LEVELS, "inner": st.lists(LEVELS, max_size=2)})
STEPS = st.fixed_dictionaries({"own": LEVELS, "inner": st.lists(ARMS, max_size=2)})


def document(top: list[Statement], steps: list[dict[str, Any]], signed: bool) -> dict[str, Any]:
    def level(kind: str, code: str, content: dict[str, Any], number: int) -> dict[str, Any]:
        trees = [node(tree, signed) for tree in content["match"]]
        return {f"{kind}_code": f"{code}{number}", f"{kind}_suspended": "NY"[content["suspended"]], "match": trees}

    def arm(content: dict[str, Any], number: int) -> dict[str, Any]:
        doses = [level("level", "D", dose, count) for count, dose in enumerate(content["inner"])]
        return {**level("arm", "A", content["own"], number), "dose_level": doses}

    written = [
        {**level("step", "S", step["own"], number), "arm": [arm(one, count) for count, one in enumerate(step["inner"])]}
        for number, step in enumerate(steps)
    ]
    return {"nct_id": "NCT00000001", "match": [node(t, signed) for t in top], "treatment_list": {"step": written}}


def expected(top: list[Statement], steps: list[dict[str, Any]]) -> list[tuple[list[Statement], bool]]:
    """Say which levels there are: what each asks for, and whether it is suspended."""
    found = []
    for step in steps:
        chains = [[step["own"], arm["own"], dose] for arm in step["inner"] for dose in arm["inner"]]
        chains += [[step["own"], arm["own"]] for arm in step["inner"] if not arm["inner"]]
        chains += [] if step["inner"] else [[step["own"]]]
        asked = [([*top, *(tree for level in chain for tree in level["match"])], chain) for chain in chains]
        found += [(trees, any(level["suspended"] for level in chain)) for trees, chain in asked]
    return found


def parts_of(statement: Statement) -> Statement:
    return normal(All((statement,)))


@given(st.lists(TREES, max_size=1), st.lists(STEPS, min_size=1, max_size=2), SIGNED)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_level_asks_for_all_that_lies_above_it(
    top: list[Statement], steps: list[dict[str, Any]], signed: bool
) -> None:
    trial = trial_of_ctml(document(top, steps, signed), source="synthetic")
    wanted = sorted((repr(parts_of(All(tuple(trees)))), stopped) for trees, stopped in expected(top, steps))
    assert sorted((repr(parts_of(level.statement)), level.suspended) for level in trial.levels) == wanted


@given(TREES, SIGNED)
@settings(max_examples=60, deadline=None)
def test_paths_of_a_level_are_those_of_its_logic(tree: Statement, signed: bool) -> None:
    trial = trial_of_ctml({"protocol_no": "1", "match": [node(tree, signed)]}, source="synthetic")
    found = paths(trial.levels[0].statement)
    for values in product((False, True), repeat=len(WRITTEN)):
        world = dict(zip(WRITTEN, values, strict=True))
        assert any(all(holds(leaf, world) for leaf in path) for path in found) is holds(tree, world)


def holds(statement: Statement, world: dict[Statement, bool]) -> bool:
    match statement:
        case All(parts):
            return all(holds(part, world) for part in parts)
        case AnyOf(parts):
            return any(holds(part, world) for part in parts)
        case Not(part):
            return not holds(part, world)
        case _ if statement in world:
            return world[statement]
        case _:
            return not world[normal(Not(statement))]


@given(TREES, SIGNED)
@settings(max_examples=25, deadline=None)
def test_json_and_yaml_say_the_same(tmp_path_factory: pytest.TempPathFactory, tree: Statement, signed: bool) -> None:
    content = document([tree], [], signed)
    folder = tmp_path_factory.mktemp("ctml")
    (folder / "a.json").write_text(json.dumps(content))
    (folder / "b.yaml").write_text(yaml.safe_dump({**content, "nct_id": "NCT00000002"}))
    for trial in load_trials(Path(folder)):
        assert isinstance(trial, Trial)
        assert parts_of(trial.levels[0].statement) == parts_of(tree)

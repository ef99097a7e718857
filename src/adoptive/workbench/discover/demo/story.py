"""Tell the demonstration on one page: eight steps, each with a figure or a table, and found against planted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adoptive.antigen.discovered import Clonotype, Hit, Neoantigen, Receptor
from adoptive.workbench.discover.demo.against import coverage_of, outcomes, tally, trials_of
from adoptive.workbench.discover.demo.figures import clones_figure, coverage_figure, sensitivity_figure
from adoptive.workbench.discover.demo.plates import candidates
from adoptive.workbench.discover.demo.types import SYNTHETIC, Outcome, Trials
from adoptive.workbench.discover.demo.way import ONE, PATIENT, SCREENED, TWO, Walk
from adoptive.workbench.discover.label import NO_ADVICE
from adoptive.workbench.discover.tables import read_nouns, write_nouns
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.figures.charts import DataTable, Figure
from adoptive.workbench.new_folder import page_of
from adoptive.workbench.order.picture import construct_figure
from adoptive.workbench.shelf import own_receptors_study

__all__ = ["Scene", "summary_of", "write_story"]


@dataclass(frozen=True)
class Scene:
    """Hold one section of the page: title, sentences, and a figure or a table."""

    name: str
    title: str
    sentences: tuple[str, ...]
    figure: Figure | None = None
    table: DataTable | None = None


@dataclass(frozen=True)
class _Told:
    """Hold what the page is told from."""

    way: Walk
    neoantigens: tuple[Neoantigen, ...]
    clonotypes: tuple[Clonotype, ...]
    hits: tuple[Hit, ...]
    receptors: tuple[Receptor, ...]
    single: tuple[Receptor, ...]
    outcomes: tuple[Outcome, ...]
    trials: tuple[Trials, Trials]

    def found(self, folder: str) -> Any:
        """Give what the step of a folder found."""
        return next(step.found for step in self.way.steps if step.folder.name == folder)


def write_story(way: Walk) -> dict[str, Any]:
    """Write the page, the table of outcomes, the summary and the commands; give the summary."""
    told = _read(way)
    summary = summary_of(told)
    write_nouns(way / f"{SYNTHETIC}.found_against_planted.tsv", told.outcomes, Outcome)
    (way / f"{SYNTHETIC}.summary.json").write_text(as_json(summary), "utf-8")
    (way / "commands.sh").write_text(_commands(way), "utf-8")
    page = page_of(
        "discover/demo", patient=way.patient.name, synthetic=SYNTHETIC, answer=summary["answer"], scenes=_scenes(told),
        commands=[step.command for step in way.steps], seed=way.seed,
    )  # fmt: skip
    (way / "report.html").write_text(page, "utf-8")
    return summary


def _read(way: Walk) -> _Told:
    clonotypes = read_nouns(way / "03-clonotypes/clonotypes.tsv", Clonotype, what="clonotypes")
    hits = read_nouns(way / "04-screen-all/hits.tsv", Hit, what="hits")
    receptors = read_nouns(way / "05-rank/receptors.tsv", Receptor, what="receptors")
    single = read_nouns(way / f"{PATIENT}/{SYNTHETIC}.one_antigen.receptors.tsv", Receptor, what="receptors")
    screened = candidates(clonotypes, most=SCREENED)
    return _Told(
        way, read_nouns(way / "01-neoantigens/neoantigens.tsv", Neoantigen, what="neoantigens"), clonotypes, hits,
        receptors, single, outcomes(way.patient, clonotypes, hits, receptors, screened),
        (
            trials_of(way / "08-run-one", ONE, [one.id for one in single if one.rank]),
            trials_of(way / "08-run-two", TWO, [one.id for one in receptors if one.rank]),
        ),
    )  # fmt: skip


def summary_of(told: _Told) -> dict[str, Any]:
    """Give the demonstration as one document."""
    counts, chosen = tally(told.outcomes), [one for one in told.receptors if one.rank]
    seeing = sum(bool(one.antigen) for one in told.way.patient.receptors)
    self_seeing = sum((one.wild_type_fold or 99.0) < 10.0 for one in told.way.patient.receptors)
    ready = told.found("06-construct")["ready"]
    answer = (
        f"Planted receptors that see the tumour and not the wild type: {seeing - self_seeing}. With their antigen were "
        f"found {counts['found']}, without it {counts['unresolved']}, missed {counts['missed']}. False responses of "
        f"others: {counts['false']}. {len(chosen)} receptors were chosen; their sequences "
        f"{'can be ordered: no check stops them' if ready else 'can NOT be ordered: a check stops them'}."
    )
    return {
        "label": f"{SYNTHETIC}: a made-up patient. Simulated. {NO_ADVICE}",
        "patient": told.way.patient.name, "seed": told.way.seed, "answer": answer, "found_against_planted": counts,
        "chosen": [one.id for one in chosen], "ready_to_order": ready, "coverage": _coverage(told),
        "trials": [
            {"product": one.product, "receptors": list(one.receptors),
             "means": {name: {"mean": mean, "monte_carlo_error": error if error == error else None}
                       for name, (mean, error) in one.values.items()}}
            for one in told.trials
        ],
        "steps": [{"title": one.title, "command": one.command, "folder": str(one.folder)} for one in told.way.steps],
    }  # fmt: skip


def _coverage(told: _Told) -> list[dict[str, object]]:
    products = {ONE: told.single, TWO: told.receptors}
    return coverage_of(told.way.patient, {name: [one for one in rows if one.rank] for name, rows in products.items()})


def _commands(way: Walk) -> str:
    lines = [
        "#!/bin/sh", f"# {SYNTHETIC} patient: the commands of `adoptive antigen demo`, to be typed in a folder",
        f"# that holds {PATIENT} only; each makes the folder named by --out.", "set -e",
    ]  # fmt: skip
    return "\n".join([*lines, *(step.command for step in way.steps)]) + "\n"


def _scenes(told: _Told) -> tuple[Scene, ...]:
    makers = (_neoantigens, _minigenes, _clones, _screen, _rank, _construct, _handoff, _trials, _planted)
    return tuple(make(told) for make in makers)


def _neoantigens(told: _Told) -> Scene:
    roles = {one.id: one.role for one in told.way.patient.variants}
    rows = [
        (one.id, one.tier, one.peptide, one.hla, _short(one.ic50_nm), _short(one.ccf), roles.get(one.id, ""))
        for one in told.neoantigens
    ]  # fmt: skip
    passed = told.found("01-neoantigens")["tiers"]["Pass"]
    return Scene(
        "neoantigens", "1. Mutations that could be seen",
        (f"{len(rows)} mutations were read; {passed} pass. Binding is predicted: it says what may be presented, "
         "not what a T cell sees.",),
        table=DataTable(("mutation", "tier", "best peptide", "on", "IC50, nM", "CCF", "why it was planted"), rows),
    )  # fmt: skip


def _minigenes(told: _Told) -> Scene:
    found = told.found("02-minigenes")
    rows = [(one["name"], " ".join(one["minigenes"]), str(one["residues"])) for one in found["tandems"]]
    return Scene(
        "minigenes", "2. Minigenes and pools",
        (f"The mutations are ordered as {len(rows)} tandem minigenes and as {found['peptides']} peptides in "
         f"{found['pools']['row']} row and {found['pools']['column']} column pools. {found['reason'].capitalize()}.",),
        table=DataTable(("tandem", "minigenes, in order", "residues"), rows),
    )  # fmt: skip


def _clones(told: _Told) -> Scene:
    clones, cells = told.found("03-clonotypes")["clones"], told.found("03-clonotypes")["cells"]
    return Scene(
        "clones", "3. Clones of T cells in the tumour",
        (f"{cells['with_a_chain']:,} cells with a receptor chain, {cells['doublets']} doublets, "
         f"{clones['all']:,} clones. The {SCREENED} most reactive of two cells or more, "
         "without bystander flags, go to the screen.",),
        figure=clones_figure(told.way.patient, told.clonotypes),
    )  # fmt: skip


def _screen(told: _Told) -> Scene:
    tests = told.found("04-screen-all")["tests"]
    said = "; ".join(f"{count} {name}" for name, count in tests.items())
    hits = [one for one in told.hits if one.hit]
    return Scene(
        "screen", "4. The screen",
        (f"Pools first, then titrations and single alleles of what responded: {said}. "
         f"{sum(bool(one.antigen) for one in hits)} responses with an antigen, "
         f"{sum(not one.antigen for one in hits)} without one.",),
        figure=sensitivity_figure(told.outcomes),
    )  # fmt: skip


def _rank(told: _Told) -> Scene:
    document = told.found("05-rank")
    chosen = [one for one in told.receptors if one.rank]
    named = "; ".join(
        f"{one.id} ({one.antigen or 'antigen not known'}, {one.hla or 'allele not known'})" for one in chosen
    )
    return Scene(
        "rank", "5. Which three to build",
        (f"Chosen: {named}. {document['covered']['in_words']} Beside them stand three receptors of one antigen on one "
         "allele, the usual choice against a shared mutation.",),
        figure=coverage_figure(_coverage(told)),
    )  # fmt: skip


def _construct(told: _Told) -> Scene:
    found = told.found("06-construct")
    said = "; ".join(
        f"{one['id']}: {one['nt']:,} bases, {one['checks']}, "
        + ("ready to order" if one["ready"] else "NOT ready to order") for one in found["receptors"]
    )  # fmt: skip
    return Scene(
        "construct-scene",
        "6. Sequences that can be ordered",
        (f"{said}. A check that only informs does not stop an order.",),
        figure=construct_figure(told.way.built[0]),
    )


def _handoff(told: _Told) -> Scene:
    rows = []
    for name in ("two", "one"):
        found = told.found(f"07-handoff-{name}")
        ready = {True: "yes", False: "NO", None: "not built"}[found["ready_to_order"]]
        rows.append((found["product"], ", ".join(found["receptors"]), ready, f"{found['p_success']:.4f}"))
    return Scene(
        "handoff", "7. Handed over",
        ("product_spec.json carries receptors, alleles, haplotypes, EC50 and the clones of the tumour to a study.",),
        table=DataTable(("product", "receptors", "ready to order", "chance of one real receptor or more"), rows),
    )  # fmt: skip


def _trials(told: _Told) -> Scene:
    one, two = told.trials
    rows = [(name, _with_error(one.values[name]), _with_error(two.values[name])) for name in one.values]
    return Scene(
        "trials", "8. Virtual trials",
        (f"The bundled study {own_receptors_study()} with each product in place of its own; the same virtual patients "
         "in both. Every patient of these trials has this made-up tumour: the numbers compare products, they predict "
         "nothing.",),
        table=DataTable(
            ("endpoint", ONE, TWO), rows, "Mean over the virtual trials ± its Monte Carlo standard error."
        ),
    )  # fmt: skip


def _planted(told: _Told) -> Scene:
    rows = [
        (one.name, one.truth, str(one.cells), one.clonotype or "–", one.antigen or "–", one.hla or "–",
         str(one.rank) if one.rank else "–", one.verdict)
        for one in told.outcomes
    ]  # fmt: skip
    counts = "; ".join(f"{word} {count}" for word, count in tally(told.outcomes).items())
    return Scene(
        "planted", "Found against planted",
        (f"Planted receptors that see a mutation, and others that were screened: {counts}. "
         "Only the simulation of the plates reads what was planted; the clones of the tumour are given as planted.",),
        table=DataTable(
            ("planted", "truly sees", "cells", "clonotype", "antigen found", "allele found", "chosen", "verdict"), rows
        ),
    )  # fmt: skip


def _with_error(value: tuple[float, float]) -> str:
    mean, error = value
    return f"{mean:.1f}" + (f" ± {error:.1f}" if error == error else "")


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}" if value < 1000 else f"{value:,.0f}"

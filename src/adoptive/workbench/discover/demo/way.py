"""Walk the whole way, from the made-up patient's files to a virtual trial, by the functions that the commands call.

Every step leaves the folder that its command leaves, and the command line that makes the same folder.
"""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from adoptive.antigen.discovered import Allele, Clonotype, Hit, Neoantigen, Receptor
from adoptive.antigen.evidence import RankingRules
from adoptive.antigen.screen import ScreenRules
from adoptive.construct.checks import counted
from adoptive.construct.types import Built
from adoptive.workbench.discover.clonotypes import Asked, write_clonotypes
from adoptive.workbench.discover.demo.inputs import write_inputs
from adoptive.workbench.discover.demo.plates import candidates, follow_up_wells, plate_text, pool_wells
from adoptive.workbench.discover.demo.types import INPUTS, SYNTHETIC, Patient, Step
from adoptive.workbench.discover.minigenes import MinigeneRequest, write_minigenes
from adoptive.workbench.discover.neoantigens import NeoantigenRequest, write_neoantigens
from adoptive.workbench.discover.plate import read_pools
from adoptive.workbench.discover.rank import rank_clonotypes, read_inputs
from adoptive.workbench.discover.screen import ScreenRequest, write_screen
from adoptive.workbench.discover.tables import read_nouns, write_nouns
from adoptive.workbench.order.handoff import Handover, write_handover
from adoptive.workbench.order.tcr import TcrAsked, order_tcrs
from adoptive.workbench.shelf import own_receptors_study

__all__ = ["CHOSEN", "ONE", "PATIENT", "TWO", "Walk", "single_antigen", "walk"]

PATIENT: Final = "00-patient"
ALL_PLATES_FDR: Final = 0.01
"""Most wells of the later plates are of what the pools showed already; at 5 % over all plates more pools would pass."""

CHOSEN: Final = 3
SCREENED: Final = 14
ONE, TWO = "receptors on one allele", "receptors on two haplotypes"

Said = Callable[[str], None]


@dataclass
class Walk:
    """Hold what is under way: the folder, the patient, and the steps so far."""

    folder: Path
    patient: Patient
    seed: int
    say: Said
    steps: list[Step] = field(default_factory=list)
    built: list[Built] = field(default_factory=list)

    def step(self, title: str, words: Sequence[str], out: str, work: Callable[[Path], Mapping[str, Any]]) -> None:
        """Take one step: say its command, do it, keep what it found, and label its folder."""
        command = "adoptive " + shlex.join([*words, "--out", out])
        self.say(command)
        started = time.perf_counter()
        found = work(self.folder / out)
        (self.folder / out / f"{SYNTHETIC}.txt").write_text(_LABEL, "utf-8")
        self.steps.append(Step(title, command, Path(out), time.perf_counter() - started, found))

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    @property
    def of_patient(self) -> dict[str, str]:
        """Name the patient's files from the folder of the whole."""
        return {what: f"{PATIENT}/{name}" for what, name in INPUTS.items()}


_LABEL: Final = f"{SYNTHETIC}: made from a made-up patient by `adoptive antigen demo`; nothing here was measured.\n"


def walk(folder: Path, patient: Patient, *, seed: int, trials: int, workers: int | None, say: Said) -> Walk:
    """Make the patient's files in ``folder`` and take every step in it."""
    (folder / PATIENT).mkdir()
    write_inputs(folder / PATIENT, patient, seed=seed)
    way = Walk(folder, patient, seed, say)
    for take in (_neoantigens, _minigenes, _clonotypes, _pools, _screen, _rank, _construct, _handoff):
        take(way)
    for name in ("one", "two"):
        _run(way, name, trials, workers)
    return way


def _neoantigens(way: Walk) -> None:
    files, purity = way.of_patient, way.patient.purity
    words = ["antigen", "neoantigens", files["variants"], "--hla", files["hla"], "--proteins", files["proteins"]]
    way.step(
        "Mutations that could be seen", [*words, "--purity", f"{purity:g}"], "01-neoantigens",
        lambda out: write_neoantigens(
            NeoantigenRequest(way / files["variants"], way / files["hla"], out, way / files["proteins"], purity)
        )[1],
    )  # fmt: skip


def _minigenes(way: Walk) -> None:
    table, hla = "01-neoantigens/neoantigens.tsv", "01-neoantigens/hla.tsv"
    way.step(
        "Minigenes and pools for the screen", ["antigen", "minigenes", table, "--hla", hla], "02-minigenes",
        lambda out: write_minigenes(MinigeneRequest(way / table, way / hla, out))[1],
    )  # fmt: skip


def _clonotypes(way: Walk) -> None:
    files = {what: way.of_patient[what] for what in ("contigs", "matrix", "blood", "known")}
    words = [word for what, name in files.items() for word in (f"--{what}", name)]
    contigs, matrix, blood, known = (way / name for name in files.values())
    asked = Asked(contigs, matrix=matrix, blood=blood, known=known)
    way.step(
        "Clones of T cells in the tumour", ["antigen", "clonotypes", *words], "03-clonotypes",
        lambda out: write_clonotypes(asked, out).qc,
    )  # fmt: skip


def _effectors(way: Walk) -> tuple[Clonotype, ...]:
    """Read the clones and choose which are built and screened."""
    found = read_nouns(way / "03-clonotypes/clonotypes.tsv", Clonotype, what="clonotypes")
    return candidates(found, most=SCREENED)


def _pools(way: Walk) -> None:
    """Simulate the first plates, which hold the pools, and read them."""
    effectors, pools = _effectors(way), read_pools(way / "02-minigenes/pools.csv")[0]
    wells = pool_wells(effectors, pools)
    _screened(way, "pools", plate_text(wells, effectors, pools, way.patient, seed=way.seed), ScreenRules())


def _screen(way: Walk) -> None:
    """Simulate what follows on the pools' hits as well, and read all plates together."""
    effectors, pools = _effectors(way), read_pools(way / "02-minigenes/pools.csv")[0]
    hits = read_nouns(way / "04-screen-pools/hits.tsv", Hit, what="hits")
    antigens = read_nouns(way / "01-neoantigens/neoantigens.tsv", Neoantigen, what="neoantigens")
    alleles = read_nouns(way / "01-neoantigens/hla.tsv", Allele, what="alleles")
    wells = (*pool_wells(effectors, pools), *follow_up_wells(hits, antigens, alleles))
    rules = ScreenRules(false_discovery_rate=ALL_PLATES_FDR)
    _screened(way, "all", plate_text(wells, effectors, pools, way.patient, seed=way.seed), rules)


def _screened(way: Walk, which: str, text: str, rules: ScreenRules) -> None:
    plate, pools = f"{PATIENT}/{SYNTHETIC}.plates_{which}.csv", "02-minigenes/pools.csv"
    (way / plate).write_text(text, "utf-8")
    way.step(
        "The screen: pools" if which == "pools" else "The screen: pools, titrations, single HLA alleles",
        ["antigen", "screen", plate, "--pools", pools, "--fdr", f"{rules.false_discovery_rate:g}"],
        f"04-screen-{which}", lambda out: write_screen(ScreenRequest(way / plate, out, way / pools, rules))[1],
    )  # fmt: skip


def _rank(way: Walk) -> None:
    files = {
        "hits": "04-screen-all/hits.tsv", "neoantigens": "01-neoantigens/neoantigens.tsv",
        "hla": "01-neoantigens/hla.tsv", "clones": way.of_patient["clones"],
    }  # fmt: skip
    table = "03-clonotypes/clonotypes.tsv"
    words = [word for what, name in files.items() for word in (f"--{what}", name)]
    rules = RankingRules(choose=CHOSEN)

    def work(out: Path) -> dict[str, Any]:
        inputs = read_inputs(way / table, **{what: way / name for what, name in files.items()})
        return rank_clonotypes(inputs, rules, out)[1]

    way.step(
        "Which three to build", ["antigen", "rank", table, *words, "--choose", str(CHOSEN)], "05-rank", work
    )  # fmt: skip


def single_antigen(receptors: Sequence[Receptor], *, antigen: str, hla: str) -> tuple[Receptor, ...]:
    """Choose the first three of one antigen on one allele instead, as a product against a shared hotspot would."""
    able = [one for one in receptors if one.antigen == antigen and one.hla == hla and one.tier == "A"][:CHOSEN]
    places = {one.id: place for place, one in enumerate(able, start=1)}
    rows = (replace(one, rank=places.get(one.id, 0)) for one in receptors)
    return tuple(sorted(rows, key=lambda one: one.rank or len(receptors)))


def _construct(way: Walk) -> None:
    table = "05-rank/receptors.tsv"

    def work(out: Path) -> dict[str, Any]:
        ordered = order_tcrs(TcrAsked(way / table, chosen=True, seed=way.seed), out)
        way.built += [one.built for one in ordered]
        return {
            "ready": all(one.ready for one in ordered),
            "receptors": [
                {"id": one.built.insert.id, "folder": one.folder, "ready": one.ready, "nt": len(one.built.nt),
                 "aa": len(one.built.insert.protein), "checks": counted(one.checks)}
                for one in ordered
            ],
        }  # fmt: skip

    words = ["construct", "tcr", table, "--chosen", "--seed", str(way.seed)]
    way.step("Sequences that can be ordered", words, "06-construct", work)


def _handoff(way: Walk) -> None:
    """Hand over the chosen product, and beside it one against a single antigen on a single allele."""
    chosen = read_nouns(way / "05-rank/receptors.tsv", Receptor, what="receptors")
    kras = next(one for one in way.patient.receptors if one.name == "KRAS 9d")
    table = f"{PATIENT}/{SYNTHETIC}.one_antigen.receptors.tsv"
    write_nouns(way / table, single_antigen(chosen, antigen=kras.antigen, hla=kras.hla), Receptor)
    tested = len(_effectors(way))
    _handed(way, "two", "05-rank/receptors.tsv", ["06-construct"], tested)
    _handed(way, "one", table, [], tested)


def _handed(way: Walk, name: str, table: str, folders: Sequence[str], tested: int) -> None:
    clones, hla = "05-rank/clones.tsv", "01-neoantigens/hla.tsv"
    said = f"{SYNTHETIC} {TWO if name == 'two' else ONE}"
    words = ["construct", "handoff", table, "--clones", clones, "--hla", hla, "--name", said, "--tested", str(tested)]
    words += [word for place in folders for word in ("--construct", place)]
    asked = Handover(
        Path(), way / table, way / clones, way / hla, tuple(way / place for place in folders), said, tested=tested
    )

    def work(out: Path) -> dict[str, Any]:
        spec = write_handover(replace(asked, out=out))
        return {
            "product": spec.product.id, "ready_to_order": spec.product.ready_to_order,
            "receptors": [one.id for one in spec.product.receptors], "p_success": spec.discovery.p_success,
        }  # fmt: skip

    way.step(f"Handed over: {said}", words, f"07-handoff-{name}", work)


def _run(way: Walk, name: str, trials: int, workers: int | None) -> None:
    """Run the bundled study with a product, as ``adoptive run`` does."""
    from adoptive.workbench.cli.running import Request, run_trials

    product = f"07-handoff-{name}/product_spec.json"
    words = ["run", own_receptors_study(), "--product", product, "--trials", str(trials), "--seed", str(way.seed)]

    def work(out: Path) -> dict[str, Any]:
        out.mkdir()
        asked = Request(own_receptors_study(), trials, way.seed, workers, out, True, True, True, product=way / product)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            run_trials(asked)
        return dict(json.loads(said.getvalue()))

    way.step(f"Virtual trials: {TWO if name == 'two' else ONE}", words, f"08-run-{name}", work)

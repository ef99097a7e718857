"""Ranks that are computed against ranks of peptides that are drawn; tiers against those of a pVACseq report."""

from __future__ import annotations

from collections import Counter
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from adoptive.antigen import binding
from adoptive.antigen.binding import AMINO_ACIDS, Matrices
from adoptive.workbench.discover.neoantigens import NeoantigenRequest, find, read_inputs
from adoptive.workbench.discover.tables import read_table

REPORT = Path(str(resources.files("adoptive.antigen") / "data/examples/pvacseq_HCC1395_MHC_I.aggregated.tsv"))


@pytest.mark.parametrize(
    ("predictor", "allele", "length"), [("smmpmbec", "HLA-A*02:01", 9), ("syfpeithi", "HLA-B*07:02", 10)]
)
def test_computed_ranks_are_those_of_drawn_peptides(predictor: str, allele: str, length: int) -> None:
    """Of 20,000 drawn peptides the share above a rank r is r up to 4 standard errors (error rate 6e-4 for all ten)."""
    matrices, random = Matrices.load(predictor), np.random.default_rng(7)
    shares = binding._COMMON / binding._COMMON.sum()
    drawn = ["".join(row) for row in random.choice(list(AMINO_ACIDS), (20_000, length), p=shares)]
    ranks = np.sort(matrices.rank_percent(allele, drawn).data) / 100.0
    scores = matrices.scores(allele, drawn).data * (1.0 if predictor == "syfpeithi" else -1.0)
    own = matrices.rank_percent(allele, drawn[:5]).data / 100.0
    for at, rank in enumerate(own):
        share = float((scores >= scores[at] - 1e-9).mean())
        assert abs(share - rank) < 4.0 * np.sqrt(rank * (1 - rank) / 20_000)
    assert (np.diff(ranks) >= 0).all()


def test_tiers_are_those_of_the_report() -> None:
    """357 of 358; the other one is poor by its transcript's support level, which is not read."""
    request = NeoantigenRequest(REPORT, None, Path("never written"))
    found = find(read_inputs(request), request)
    ours = {int(one.source.split(":")[1].split()[0]): one.tier for one in found.neoantigens}
    table = read_table(REPORT, what="report")
    pairs = Counter((row.text("Tier").replace("PoorBinder", "Poor"), ours[row.line]) for row in table.rows)
    assert pairs == {
        ("NoExpr", "NoExpr"): 142, ("Poor", "Poor"): 192, ("Pass", "Pass"): 13, ("LowExpr", "LowExpr"): 7,
        ("Subclonal", "Subclonal"): 3, ("PoorTranscript", "Pass"): 1,
    }  # fmt: skip


def test_report_keeps_its_own_binding_and_says_what_it_lacks() -> None:
    request = NeoantigenRequest(REPORT, None, Path("never written"), purity=0.9)
    found = find(read_inputs(request), request)
    assert len(found.neoantigens) == 358
    assert len({one.id for one in found.neoantigens}) == 358
    one = next(row for row in found.neoantigens if row.id == "TPM4:E204Q")
    assert (one.peptide, one.wild_type, one.hla, one.predictor) == ("AETRAQFA", "AETRAEFA", "HLA-B*45:01", "pVACseq")
    assert (one.ic50_nm, one.wild_type_ic50_nm, one.tpm, one.rna_vaf) == (249.1, 367.312, 370.472, 0.654)
    assert one.agretopicity == pytest.approx(367.312 / 249.1)
    assert one.window == one.peptide
    assert "window not known: the best peptide stands for it" in one.notes
    assert one.ccf == 1.0
    frame = next(row for row in found.neoantigens if row.aa_change == "FS113-120")
    assert (frame.wild_type, frame.wild_type_ic50_nm, frame.agretopicity) == ("", None, None)
    not_measured = next(row for row in found.neoantigens if row.aa_change == "EE763-764EK")
    assert not_measured.rna_vaf is None

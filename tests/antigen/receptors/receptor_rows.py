"""Made-up rows for tests of the ranking: short ways to write clonotypes, hits, neoantigens and receptors."""

from dataclasses import replace
from typing import Any

from adoptive.antigen.discovered import Clonotype, Hit, Neoantigen, Receptor

_CLONOTYPE = Clonotype(
    "", "", "TRAV4", "TRAJ15", "CLVGDF", "", "TRBV11-2", "TRBJ1-2", "CASSLF", "", 5, 0.01, None, "CD8", False,
    None, None, None, None, (), "made up",
)  # fmt: skip
_NEOANTIGEN = Neoantigen(
    "", "", "", "", "", 13, "", "", "", None, None, None, "", None, None, None, None, None, False, (), None, "Pass",
    "made up",
)  # fmt: skip
_HIT = Hit("", "", (), "ELISPOT", 10.0, 0.001, 0.001, None, None, None, None, None, "", True, "made up")
_RECEPTOR = Receptor(
    "", 0, "A", "", "", "CD8", 0.5, None, None, None, None, "", "", "CLVGDF", "", "", "", "CASSLF", "", "", "made up"
)


def clonotype(name: str, **fields: Any) -> Clonotype:
    return replace(_CLONOTYPE, id=name, clone=fields.pop("clone", name), **fields)


def neoantigen(name: str, ccf: float | None, **fields: Any) -> Neoantigen:
    return replace(_NEOANTIGEN, id=name, ccf=ccf, **fields)


def hit(effector: str, antigen: str, hla: str = "", **fields: Any) -> Hit:
    return replace(_HIT, effector=effector, antigen=antigen, hla=hla, **fields)


def receptor(name: str, antigen: str, hla: str, p: float, **fields: Any) -> Receptor:
    return replace(_RECEPTOR, id=name, antigen=antigen, hla=hla, p_real=p, **fields)

"""The nouns of a screen: minigenes, pools, wells, and what a plate says of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from adoptive.units import In

__all__ = [
    "AXES",
    "KINDS",
    "Bind",
    "Explanation",
    "Judged",
    "Junction",
    "Minigene",
    "Pool",
    "Tandem",
    "TandemRules",
    "Tandems",
    "Titrated",
    "Well",
]

Bind = Callable[[str, Sequence[str]], Sequence[float | None]]
"""Predict binding: an allele and peptides of any lengths give IC50 (nM); None: the predictor cannot say."""

Axis = Literal["row", "column", "tandem"]
AXES: Final = ("row", "column", "tandem")

Kind = Literal["mutant", "wild type", "none", "positive control"]
KINDS: Final = ("mutant", "wild type", "none", "positive control")


@dataclass(frozen=True)
class Minigene:
    """Hold one minigene: a neoantigen's window with its mutated residue (from 1) and the epitopes it is made for."""

    antigen: str
    protein: str
    mutated_at: int
    epitopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TandemRules:
    """Hold the rules of tandem minigenes; every value is a setting."""

    per_tandem: Annotated[int, In("minigenes", "most minigenes of one tandem")] = 12
    threshold_nm: Annotated[float, In("nM", "a junction peptide that binds better than this is refused ...")] = 500.0
    rank_percent: Annotated[
        float, In("%", "... if it also ranks so high among random peptides; 100: binding alone decides")
    ] = 2.0
    lengths: Annotated[tuple[int, ...], In("residues", "lengths of junction peptides that are looked at")] = (
        8,
        9,
        10,
        11,
    )
    linkers: Annotated[tuple[str, ...], In("amino acids", "linkers to try, in this order, where no order is clean")] = (
        "GGSGG",
        "GGGGS",
        "HHHD",
        "EPEPE",
        "NGNGN",
        "GGSGGGGSGG",
    )


@dataclass(frozen=True)
class Junction:
    """Hold one peptide that lies in no single minigene: a row of ``junctions.tsv``."""

    tandem: Annotated[str, In("name", "tandem minigene")]
    left: Annotated[str, In("name", "antigen left of the junction; empty: the start")]
    right: Annotated[str, In("name", "antigen right of it")]
    linker: Annotated[str, In("amino acids", "linker between them; empty: none")]
    start: Annotated[int, In("place", "first residue of the peptide in the tandem, from 1")]
    peptide: Annotated[str, In("amino acids", "window that holds residues of more than one part")]
    hla: Annotated[str, In("allele", "allele that refuses it, else that binds it best; empty: none could be scored")]
    ic50_nm: Annotated[float | None, In("nM", "predicted binding to that allele; empty: not scored")]
    rank_percent: Annotated[float | None, In("%", "random peptides that bind that allele at least as well")]
    threshold_nm: Annotated[float, In("nM", "binding that is refused when better than this")]
    intended: Annotated[bool, In("yes/no", "it is one of the epitopes that the minigenes are made for")]
    passed: Annotated[bool, In("yes/no", "refused by no allele, or intended, or not scored by any matrix")]
    not_scored: Annotated[tuple[str, ...], In("alleles", "alleles whose predictor has no matrix of this length")]


@dataclass(frozen=True)
class Tandem:
    """Hold one tandem minigene: minigenes in order, the linker before each (the first: "M" or nothing), the protein."""

    name: str
    minigenes: tuple[Minigene, ...]
    joints: tuple[str, ...]

    @property
    def protein(self) -> str:
        """Give the whole protein, from its methionine, without the stop."""
        return "".join(joint + one.protein for joint, one in zip(self.joints, self.minigenes, strict=True))


@dataclass(frozen=True)
class Tandems:
    """Hold a design of tandem minigenes: ``passed`` when no junction peptide is refused and any could be scored."""

    tandems: tuple[Tandem, ...]
    junctions: tuple[Junction, ...]
    passed: bool
    reason: str


@dataclass(frozen=True)
class Pool:
    """Hold one pool of antigens, or one tandem minigene, as a stimulus."""

    name: str
    axis: Axis
    antigens: tuple[str, ...]


@dataclass(frozen=True)
class Well:
    """Hold one well of a plate: spots counted, or cells positive among cells looked at; ``source`` its line."""

    well: str
    effector: str
    stimulus: str
    readout: str
    kind: Kind
    count: int | None = None
    positive: int | None = None
    total: int | None = None
    replicate: str = ""
    peptide_m: float | None = None
    hla: str = ""
    too_many: bool = False
    source: str = ""


@dataclass(frozen=True)
class Judged:
    """Hold the test of one stimulus against the same effector's wells without antigen: a row of ``pools.tsv``."""

    effector: Annotated[str, In("name", "culture, clonotype or receptor that was tested")]
    readout: Annotated[str, In("name", "the plate's word")]
    stimulus: Annotated[str, In("name", "pool, tandem minigene or peptide")]
    kind: Annotated[str, In("name", "mutant, wild type or positive control")]
    hla: Annotated[str, In("allele", "allele of the presenting cells; empty: autologous")]
    peptide_m: Annotated[float | None, In("mol/L", "concentration; of a titration the highest; empty: not given")]
    wells: Annotated[int, In("wells", "replicates with the stimulus")]
    background_wells: Annotated[int, In("wells", "wells of the effector without antigen")]
    mean: Annotated[float, In("spots or share", "mean response with the stimulus")]
    background: Annotated[float, In("spots or share", "mean response without antigen")]
    fold: Annotated[float | None, In("ratio", "first over second; a zero background counts as one spot or cell in all")]
    dispersion: Annotated[float | None, In("-", "squared variation between replicates beyond chance, median")]
    test: Annotated[str, In("name", "negative binomial, Poisson or beta-binomial; empty: not tested")]
    p_value: Annotated[float | None, In("-", "one-sided; empty: could not be tested")]
    q_value: Annotated[float | None, In("-", "Benjamini-Hochberg over the plate; empty: not of that family")]
    positive: Annotated[bool, In("yes/no", "q below the false discovery rate and fold reached")]
    verdict: Annotated[str, In("text", "positive, negative, or why it cannot be tested")]
    source: Annotated[str, In("text", "file and lines")]


@dataclass(frozen=True)
class Explanation:
    """Hold one set of antigens that explains an effector's pools: a row of ``explanations.tsv``."""

    effector: Annotated[str, In("name", "culture, clonotype or receptor")]
    readout: Annotated[str, In("name", "the plate's word")]
    antigens: Annotated[tuple[str, ...], In("names", "antigens that are seen; empty: none is")]
    probability: Annotated[float, In("fraction", "of this set among all sets that were weighed")]


@dataclass(frozen=True)
class Titrated:
    """Hold one titration curve: a row of ``titrations.tsv``."""

    effector: Annotated[str, In("name", "culture, clonotype or receptor")]
    antigen: Annotated[str, In("name", "neoantigen")]
    stimulus: Annotated[str, In("name", "peptide that was given")]
    readout: Annotated[str, In("name", "the plate's word")]
    kind: Annotated[str, In("name", "mutant or wild type")]
    hla: Annotated[str, In("allele", "allele of the presenting cells; empty: autologous")]
    wells: Annotated[int, In("wells", "wells with peptide")]
    lowest_m: Annotated[float, In("mol/L", "lowest concentration")]
    highest_m: Annotated[float, In("mol/L", "highest concentration")]
    reached: Annotated[bool, In("yes/no", "the half-maximal concentration lies among those tested, with both bounds")]
    ec50_m: Annotated[float | None, In("mol/L", "half-maximal concentration; empty: not reached")]
    ec50_low_m: Annotated[float | None, In("mol/L", "lower end of its 95 % interval; empty: no bound")]
    ec50_high_m: Annotated[float | None, In("mol/L", "upper end of its 95 % interval; empty: no bound")]
    hill: Annotated[float | None, In("-", "steepness")]
    bottom: Annotated[float | None, In("spots or share", "response without peptide")]
    top: Annotated[float | None, In("spots or share", "response at saturation")]
    wild_type_fold: Annotated[float | None, In("ratio", "EC50 of the wild type over the mutant's, or its lower bound")]
    wild_type_fold_is_bound: Annotated[bool, In("yes/no", "that ratio is a lower bound")]
    wild_type_fold_low: Annotated[float | None, In("ratio", "lower end of its 95 % interval; empty: no bound")]
    wild_type_fold_high: Annotated[float | None, In("ratio", "upper end of its 95 % interval; empty: no bound")]
    note: Annotated[str, In("text", "what was not reached, and what was fitted together")]
    source: Annotated[str, In("text", "file and lines")]

"""The product specification: what design hands over to manufacturing and to the kinetics, ``product_spec.json``.

It says which receptors are in the product, what is known of each (and what is not), which tumour cells they can see,
and whether its sequences passed their checks. It is a design for research, not a release document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

from adoptive.antigen.types import MOST_RECEPTORS
from adoptive.construct.bases import ConstructError
from adoptive.units import In

__all__ = [
    "FORMAT",
    "AntigenMap",
    "ChimericReceptor",
    "Days",
    "Density",
    "Discovery",
    "Ec50",
    "MapClone",
    "MapReceptor",
    "ProductDesign",
    "ProductSpec",
    "Vector",
]

FORMAT: Final = "adoptive product specification 1"

Share = Annotated[float, Ge(0), Le(1)]
Text = Annotated[str, MinLen(1), MaxLen(200)]
_FORBID: Final = {"extra": "forbid"}


@dataclass(frozen=True)
class Ec50:
    """Hold a half-maximal concentration of peptide."""

    median: Annotated[float, Gt(0), Le(1), In("mol/L", "half-maximal concentration")]
    log10_sd: Annotated[float, Ge(0), Le(3), In("log10", "standard error")] = 0.0
    measured: Annotated[bool, In("yes/no", "from a titration; else a guess")] = True

    __pydantic_config__ = _FORBID


@dataclass(frozen=True)
class MapReceptor:
    """Hold one T-cell receptor of the product and what is known of it."""

    id: Annotated[Text, In("name", "receptor")]
    antigen: Annotated[str, In("name", "neoantigen; empty: not known")] = ""
    hla: Annotated[str | None, In("allele", "presenting allele; null: not known")] = None
    haplotype: Annotated[Literal["1", "2", "both", "unknown"], In("name", "chromosome of the allele")] = "unknown"
    lineage: Annotated[str, In("name", "CD8, CD4 or empty")] = ""
    evidence_tier: Annotated[Literal["A", "B", "C", ""], In("name", "A antigen known by screen, B screened, C not")] = (
        ""
    )
    share: Annotated[float, Gt(0), Le(1), In("fraction", "of the product's cells")] = 1.0
    p_real: Annotated[Share, In("fraction", "chance that it sees the tumour")] = 1.0
    ec50_m: Annotated[Ec50 | None, In("mol/L", "half-maximal concentration; null: not known, never a guess")] = None
    kd_um: Annotated[
        Annotated[float, Gt(0)] | None,
        In("umol/L", "dissociation constant; for the record, not used: it tells potency badly"),
    ] = None
    expression_factor: Annotated[float, Gt(0), Le(10), In("ratio", "surface receptors over a murine-constant one")] = (
        1.0
    )
    mispairing_factor: Annotated[Share, In("ratio", "rightly paired receptors")] = 1.0
    wild_type_fold: Annotated[
        Annotated[float, Gt(0)] | None, In("ratio", "EC50 of the wild-type peptide over the mutant's")
    ] = None
    offtarget_hits: Annotated[
        tuple[str, ...] | None, In("list", "self peptides that fit its motif; null: not looked for")
    ] = None

    __pydantic_config__ = _FORBID


@dataclass(frozen=True)
class ChimericReceptor:
    """Hold the chimeric receptor of the product, in the words of a study's ``[construct]``."""

    target: Annotated[Text, In("name", "antigen, as the studies write it")]
    binder: Annotated[str, In("name", "binding domain")] = ""
    costimulation: Annotated[Literal["CD28", "4-1BB", "CD28 and 4-1BB"], In("name", "costimulatory domain")] = "CD28"
    armour: Annotated[Literal["none", "IL-15", "IL-18", "RUNX3", "PD-1 blockade"], In("name", "armour")] = "none"
    safety_switch: Annotated[Literal["none", "iCasp9"], In("name", "safety switch")] = "none"

    __pydantic_config__ = _FORBID


@dataclass(frozen=True)
class Vector:
    """Hold the vector: what manufacturing needs."""

    type: Annotated[str, In("name", "gamma-retroviral, lentiviral, knock-in, or what the file says")] = "not stated"
    insert_nt: Annotated[tuple[Annotated[int, Ge(1)], ...], In("bases", "length of each insert")] = ()
    n_vectors: Annotated[int, Ge(1), Le(MOST_RECEPTORS), In("vectors", "one for each receptor unless pooled")] = 1
    promoter: Annotated[str, In("name", "promoter")] = "not stated"

    __pydantic_config__ = _FORBID


@dataclass(frozen=True)
class ProductDesign:
    """Hold the product: receptors or a chimeric receptor, vector, files and the verdict of their checks."""

    id: Annotated[Text, In("name", "product")]
    modality: Annotated[Literal["TCR-T", "CAR-T"], In("name", "kind of T cell")]
    receptors: Annotated[tuple[MapReceptor, ...], MaxLen(MOST_RECEPTORS), In("list", "T-cell receptors")] = ()
    chimeric: Annotated[ChimericReceptor | None, In("table", "chimeric receptor")] = None
    vector: Annotated[Vector, In("table", "vector")] = field(default_factory=Vector)
    constants: Annotated[str, In("name", "constant regions of the receptors")] = ""
    edits: Annotated[tuple[Literal["TRAC-KO", "TRBC-KO"], ...], In("list", "genes that are knocked out")] = ()
    gb_files: Annotated[tuple[str, ...], In("list", "GenBank files, with their digests in provenance")] = ()
    ready_to_order: Annotated[bool | None, In("yes/no", "every check of every sequence passed; null: not built")] = None
    failed_checks: Annotated[tuple[str, ...], In("list", "checks that failed")] = ()

    __pydantic_config__ = _FORBID


@dataclass(frozen=True)
class MapClone:
    """Hold one clone of the tumour."""

    fraction: Annotated[float, Gt(0), Le(1), In("fraction", "of the tumour's cells")]
    antigens: Annotated[tuple[str, ...], In("list", "neoantigens of its cells")] = ()
    hla_lost: Annotated[tuple[str, ...], In("list", "alleles that its cells lost")] = ()

    __pydantic_config__ = _FORBID


@dataclass(frozen=True)
class Density:
    """Hold the density of a chimeric receptor's target on the tumour's cells."""

    median_per_cell: Annotated[float, Gt(0), Le(1e8), In("molecules/cell", "median on cells that have it")]
    gsd: Annotated[Annotated[float, Ge(1), Le(20)] | None, In("ratio", "geometric spread; null: not known")] = None
    dist: Annotated[Literal["lognormal"], In("name", "distribution")] = "lognormal"

    __pydantic_config__ = _FORBID


@dataclass(frozen=True)
class AntigenMap:
    """Hold which tumour cells the product can see, and what normal tissue has."""

    clones: Annotated[tuple[MapClone, ...], In("list", "clones of the tumour; fractions sum to 1")] = ()
    hla_loss_measured: Annotated[bool, In("yes/no", "loss of HLA was looked for; the clones say what was found")] = (
        False
    )
    density: Annotated[Density | None, In("table", "of a chimeric receptor's target")] = None
    normal: Annotated[Mapping[str, Annotated[float, Ge(0)]], In("molecules/cell", "by tissue; for the record")] = field(
        default_factory=dict
    )

    __pydantic_config__ = _FORBID


@dataclass(frozen=True)
class Days:
    """Hold how long the way to the vector takes."""

    sequencing: Annotated[float, Ge(0), Le(1000), In("days", "tumour and cells")]
    screen: Annotated[float, Ge(0), Le(1000), In("days", "cultures and screen")]
    synthesis: Annotated[float, Ge(0), Le(1000), In("days", "genes and vector")]

    __pydantic_config__ = _FORBID


@dataclass(frozen=True)
class Discovery:
    """Hold what finding the receptors took."""

    days: Annotated[Days | None, In("table", "days of each step; null: those of the study")] = None
    n_tested: Annotated[Annotated[int, Ge(0)] | None, In("receptors", "built and tested")] = None
    p_success: Annotated[Share | None, In("fraction", "chance of at least one real receptor in the product")] = None

    __pydantic_config__ = _FORBID


@dataclass(frozen=True)
class ProductSpec:
    """Hold a product specification: ``product_spec.json``.

    Raises
    ------
    ConstructError
        Another format, a modality that does not fit what is in it, or receptors without a map of the tumour.
    """

    format: Annotated[str, In("name", "format and its version")]
    product: Annotated[ProductDesign, In("table", "the product")]
    antigen_map: Annotated[AntigenMap, In("table", "what it can see")] = field(default_factory=AntigenMap)
    discovery: Annotated[Discovery, In("table", "how it was found")] = field(default_factory=Discovery)
    provenance: Annotated[Mapping[str, Any], In("table", "command, version and digests")] = field(default_factory=dict)
    label: Annotated[str, In("text", "what it is for")] = ""

    __pydantic_config__ = _FORBID

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise ConstructError("another format", where="format", value=self.format, allowed=FORMAT)
        tcr, made = self.product.modality == "TCR-T", self.product
        if tcr == (not made.receptors) or tcr == (made.chimeric is not None):
            raise ConstructError(
                "the modality does not fit what is in the product", where="product.modality", value=made.modality,
                allowed="TCR-T with receptors, CAR-T with a chimeric receptor", next_step="correct one of them",
            )  # fmt: skip
        if tcr and not self.antigen_map.clones:
            raise ConstructError(
                "receptors without a map of the tumour", where="antigen_map.clones", value="none",
                next_step="give the clones of the tumour: at least one",
            )  # fmt: skip

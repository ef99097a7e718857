"""What criteria on virtual patients ask of a real one: the same thing, by the words of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adoptive.trial.eligibility.judge.known import Known
from adoptive.trial.eligibility.statements import Disease, Flag, Has, Leaf, Named, Quantity

__all__ = ["TUMOURS", "asked_of"]

TUMOURS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "gastric": ("gastric cancer", "gastro-oesophageal junction cancer", "oesophagogastric cancer"),
        "pancreatic": ("pancreatic cancer",),
        "biliary": ("biliary tract cancer",),
        "colorectal": ("colorectal cancer",),
        "hepatocellular": ("hepatocellular carcinoma",),
        "ovarian": ("ovarian cancer", "ovarian, fallopian tube or primary peritoneal cancer"),
        "mesothelioma": ("mesothelioma",),
        "melanoma": ("melanoma",),
        "osteosarcoma": ("osteosarcoma",),
        "synovial sarcoma": ("synovial sarcoma",),
        "myxoid liposarcoma": ("myxoid/round cell liposarcoma",),
        "sarcoma": ("sarcoma",),
        "neuroblastoma": ("neuroblastoma",),
        "germ cell": ("germ cell tumour",),
        "glioma": ("glioma",),
        "B-ALL": ("B-cell acute lymphoblastic leukaemia",),
        "large B-cell lymphoma": ("large B-cell lymphoma",),
        "multiple myeloma": ("multiple myeloma",),
        "solid tumour": ("solid tumour",),
    }
)
"""Names of the vocabulary for each tumour type of virtual patients, the plainest first."""

_FLAGS: Final[Mapping[str, Leaf]] = MappingProxyType(
    {
        "peritoneal": Has(("peritoneal metastases",)),
        "third_line_or_later": Quantity("prior_lines", ">=", 3.0),
    }
)


def asked_of(leaf: Flag | Named, known: Known) -> Leaf:
    """Give what a question means for this patient: its like where the field is one of virtual patients only."""
    if leaf.field in known.readings:
        return leaf
    if isinstance(leaf, Flag):
        return _FLAGS.get(leaf.field, leaf)
    if leaf.field == "tumour_type" and all(name in TUMOURS for name in leaf.names):
        return Disease(tuple(name for kind in leaf.names for name in TUMOURS[kind]))
    return leaf

"""Write data sets in the formats of the standards: Dataset-JSON, XPT, and Define-XML that describes both."""

from __future__ import annotations

from pathlib import Path

from adoptive.workbench.export.types import Standard
from adoptive.workbench.export.write.dataset_json import read_dataset, write_dataset
from adoptive.workbench.export.write.define import define_xml
from adoptive.workbench.export.write.transport import read_transport, write_transport

__all__ = ["define_xml", "read_dataset", "read_transport", "write_dataset", "write_standard", "write_transport"]


def write_standard(standard: Standard, folder: Path) -> None:
    """Write ``<name>.json``, ``<name>.xpt`` of every data set and ``define.xml``."""
    for name, dataset in standard.datasets.items():
        write_dataset(folder / f"{name.lower()}.json", standard, dataset)
        write_transport(folder / f"{name.lower()}.xpt", dataset)
    (folder / "define.xml").write_text(define_xml(standard) + "\n", "utf-8")

"""Draw the README's picture from a run folder: ``python docs/picture.py runs/satri-cel-1-...``."""

from __future__ import annotations

import sys
from pathlib import Path

from adoptive.workbench.report.data import load_run
from adoptive.workbench.report.survival import survival_figure


def main(folder: str) -> None:
    """Write ``docs/images/satri-cel-pfs.svg``: the wide drawing, dark on white wherever it is shown."""
    drawing = dict(survival_figure(load_run(Path(folder)), "pfs").drawings)["wide"]
    standing = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    svg = drawing.replace("<svg", standing, 1).replace('style="', 'style="background:#fff;color:#222;', 1)
    place = Path(__file__).parent / "images" / "satri-cel-pfs.svg"
    place.parent.mkdir(exist_ok=True)
    place.write_text(svg + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])

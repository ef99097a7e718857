"""R as the judge: run a script on tables and read back what it put; tests are skipped with a reason where R is absent.

Debian: r-base-core, r-cran-survival, r-cran-rpact, r-cran-cmprsk. A script finds its tables as data frames under their
names and leaves results with ``put(name, value)``.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

Tables = Mapping[str, Mapping[str, Any]]
Answers = dict[str, dict[str, np.ndarray]]

_PRELUDE = """
options(digits = 17, warn = 1, stringsAsFactors = FALSE)
put <- function(name, value) {
  frame <- as.data.frame(value)
  for (k in seq_along(frame)) if (is.numeric(frame[[k]])) {
    frame[[k]] <- trimws(formatC(frame[[k]], digits = 17, format = "g"))
  }
  write.csv(frame, file.path(getwd(), paste0("out_", name, ".csv")), row.names = FALSE)
}
"""
_LIMIT_S = 300


def need_r(*packages: str) -> None:
    """Skip the test that calls unless R and the packages are here."""
    missing = _missing(packages)
    if missing:
        pytest.skip(missing)


def _missing(packages: tuple[str, ...]) -> str:
    if shutil.which("Rscript") is None:
        return "R is not installed (Debian: apt-get install r-base-core r-cran-survival r-cran-rpact r-cran-cmprsk)"
    absent = [package for package in packages if package not in _installed()]
    return f"R lacks {', '.join(absent)} (Debian: r-cran-NAME)" if absent else ""


@functools.cache
def _installed() -> frozenset[str]:
    """Name what R finds, without loading it: that takes longer than most scripts."""
    return frozenset(_rscript(["-e", "cat(.packages(all.available = TRUE))"], cwd=None).stdout.split())


def run_r(script: str, *, tables: Tables | None = None, packages: tuple[str, ...] = ("survival",)) -> Answers:
    """Run an R script on tables; give every table that it put, by name and column."""
    need_r(*packages)
    loads = "".join(f"suppressPackageStartupMessages(library({package}))\n" for package in packages)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        reads = ""
        for name, table in (tables or {}).items():
            pd.DataFrame(dict(table)).to_csv(place / f"in_{name}.csv", index=False, float_format="%.17g")
            reads += f'{name} <- read.csv("in_{name}.csv")\n'
        (place / "script.R").write_text(_PRELUDE + loads + reads + script, "utf-8")
        done = _rscript(["script.R"], cwd=place)
        assert done.returncode == 0, done.stderr[-4000:]
        found = {file.stem.removeprefix("out_"): pd.read_csv(file) for file in sorted(place.glob("out_*.csv"))}
    return {name: {str(column): frame[column].to_numpy() for column in frame} for name, frame in found.items()}


def _rscript(arguments: list[str], *, cwd: Path | None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        ["Rscript", "--vanilla", *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=_LIMIT_S,
    )  # fmt: skip

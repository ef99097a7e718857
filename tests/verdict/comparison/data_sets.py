"""Data sets of R's ``survival`` and simulated ones with ties, as R code and as tables."""

from __future__ import annotations

from typing import Any

import numpy as np

FROM_R = """
one <- function(name, time, status, group, stratum = 0) {
  d <- data.frame(set = name, time = time, status = as.integer(status), group = as.integer(factor(group)),
                  stratum = as.integer(factor(stratum)))
  d[complete.cases(d), ]
}
sets <- list(
  one("aml", aml$time, aml$status, aml$x),
  one("ovarian", ovarian$futime, ovarian$fustat, ovarian$rx, ovarian$resid.ds),
  one("veteran", veteran$time, veteran$status, veteran$trt, veteran$celltype),
  one("veteran cells", veteran$time, veteran$status, veteran$celltype, veteran$trt),
  one("lung", lung$time, lung$status == 2, lung$sex, lung$ph.ecog),
  one("kidney", kidney$time, kidney$status, kidney$disease, kidney$sex),
  one("pbc", pbc$time, pbc$status == 2, pbc$trt, pbc$stage),
  one("colon", colon$time[colon$etype == 2], colon$status[colon$etype == 2], colon$rx[colon$etype == 2],
      colon$nodes[colon$etype == 2] > 4),
  one("gbsg", gbsg$rfstime, gbsg$status, gbsg$hormon, gbsg$grade),
  one("stanford2", stanford2$time, stanford2$status, stanford2$age > 40),
  one("mgus2", mgus2$futime, mgus2$death, mgus2$sex, mgus2$age > 70),
  one("diabetic", diabetic$time, diabetic$status, diabetic$trt, diabetic$laser),
  one("rats", rats$time, rats$status, rats$rx, rats$sex),
  one("retinopathy", retinopathy$futime, retinopathy$status, retinopathy$trt, retinopathy$type)
)
"""


def simulated(seed: int) -> dict[str, Any]:
    """Make a table with ties, several groups and strata; sizes and tie densities differ by seed."""
    random = np.random.default_rng(seed)
    size = int(random.integers(25, 160))
    grid = random.choice([2.0, 12.0, 400.0])
    group = random.integers(1, 3 + seed % 3, size)
    time = np.ceil(random.exponential(1.0 / (0.6 + 0.3 * group)) * grid) / grid
    stop = np.ceil(random.uniform(0.2, 2.5, size) * grid) / grid
    return {
        "set": np.full(size, f"simulated {seed}"),
        "time": np.minimum(time, stop),
        "status": (time <= stop).astype(int),
        "group": group,
        "stratum": random.integers(1, 4, size),
    }

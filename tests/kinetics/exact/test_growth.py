"""Growth: a measured doubling of 32 days and a mean growth of 0.015 to 0.018 per day are the same tumour."""

from __future__ import annotations

import numpy as np
import pytest
from typical_patient import body_of, cohort_of, follow


@pytest.mark.parametrize(("days", "mean"), [(84.0, 0.0181), (168.0, 0.0153)])
def test_gompertz_slows_the_measured_doubling_to_the_growth_that_models_assume(days: float, mean: float) -> None:
    """``mean = g (1 - exp(-r t)) / (r t)``: 0.0217 per day at baseline, 0.018 over 12 weeks, 0.015 over 24."""
    body = body_of(cohort_of(diameters_mm=(26.0,)), muN=0.0)
    ran = follow(body, until=days, step=days, rtol=1e-9, atol=1e-12)
    found = float(np.log(ran.tumour_cells[0, -1] / ran.tumour_cells[0, 0]) / days)
    rate, start = float(body.of("r1")[0]), float(ran.tumour_cells[0, 0])
    at_start = rate * np.log(float(body.of("Kmax")[0]) / start)
    closed = at_start * (1.0 - np.exp(-rate * days)) / (rate * days)
    print(f"growth {np.log(2.0) / 32.0:.4f} per day at baseline, {found:.4f} over {days:g} days")
    assert at_start == pytest.approx(np.log(2.0) / 32.0, rel=0.03)
    assert found == pytest.approx(closed, rel=1e-6)
    assert found == pytest.approx(mean, rel=0.03)
    assert 0.013 < found < at_start

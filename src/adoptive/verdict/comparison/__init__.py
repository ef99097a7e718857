"""Do groups differ? The log-rank family, without a model of the hazard; one table of patients, or many virtual trials.

Enter: :class:`adoptive.verdict.rows.SurvivalRows`, or days, events and marks ``(trials, patients)``. Leave: tests. To
know, of one table: :func:`log_rank_test`, :func:`max_combo`, :func:`gray_test`; of many trials: :func:`log_rank`,
:func:`weighted_log_rank`, :func:`max_combo_trials`, :func:`gray_trials`.
"""

from __future__ import annotations

from adoptive.verdict.comparison.batch import max_combo_trials, weighted_log_rank
from adoptive.verdict.comparison.gray import gray_test, gray_trials
from adoptive.verdict.comparison.log_rank import log_rank_test
from adoptive.verdict.comparison.max_combo import max_combo
from adoptive.verdict.comparison.trials import log_rank
from adoptive.verdict.comparison.types import GrayTest, GrayTrials, MaxCombo, MaxComboTrials, RankTest
from adoptive.verdict.comparison.weights import Weights

__all__ = [
    "GrayTest",
    "GrayTrials",
    "MaxCombo",
    "MaxComboTrials",
    "RankTest",
    "Weights",
    "gray_test",
    "gray_trials",
    "log_rank",
    "log_rank_test",
    "max_combo",
    "max_combo_trials",
    "weighted_log_rank",
]

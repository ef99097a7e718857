"""Who may enter a trial: criteria that screen virtual patients, and the same language for real ones.

Enters: a criterion, and what is known of some patients. Leaves: who passes it; of one real patient also what is not
known, which fact decided, and what would settle it. Know :func:`passes` (arrays of virtual patients), :class:`Facts`
(one patient, missing is not false) and the statements of :mod:`adoptive.trial.eligibility.statements`.
"""

from __future__ import annotations

from adoptive.trial.eligibility.screen import CRITERION_FIELDS, CriterionField, entry_values, meets, passes

__all__ = ["CRITERION_FIELDS", "CriterionField", "entry_values", "meets", "passes"]

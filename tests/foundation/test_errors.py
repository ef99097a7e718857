"""What an error says."""

from __future__ import annotations

import pytest

from adoptive.errors import AdoptiveError, ParameterError, RunError, SolveError, StudyError
from adoptive.tables import TableError


def test_a_message_names_place_value_allowed_and_next_step() -> None:
    error = StudyError(
        "negative dose",
        where="study.toml: infusion.dose_cells",
        value=-1,
        allowed="0 or more",
        next_step="write a dose",
    )
    assert str(error) == (
        "study.toml: infusion.dose_cells: negative dose; value: -1; allowed: 0 or more; next: write a dose"
    )


def test_a_message_leaves_out_what_is_not_known_and_cuts_long_values() -> None:
    assert str(AdoptiveError("no")) == "no"
    assert len(str(AdoptiveError("no", value="x" * 10_000))) < 300


@pytest.mark.parametrize("kind", [ParameterError, RunError, SolveError, StudyError, TableError])
def test_every_error_is_one_of_ours(kind: type[AdoptiveError]) -> None:
    assert issubclass(kind, AdoptiveError)

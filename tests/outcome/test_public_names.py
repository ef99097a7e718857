"""The public names of the folder: three lists that agree, each name public in its home, nothing loaded early."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from adoptive import outcome

FOLDER = Path(outcome.__file__).parent


def imported_for_types() -> dict[str, str]:
    """Read the block of imports that type checkers see."""
    tree = ast.parse((FOLDER / "__init__.py").read_text("utf-8"))
    block = next(part for part in tree.body if isinstance(part, ast.If))
    lines = [line for line in block.body if isinstance(line, ast.ImportFrom)]
    return {name.name: str(line.module).removeprefix("adoptive.outcome.") for line in lines for name in line.names}


def test_the_three_lists_agree() -> None:
    homes = imported_for_types()
    assert homes == outcome._HOME
    assert sorted(homes) == sorted(outcome.__all__) == dir(outcome)


def test_every_name_is_public_in_its_home_and_described() -> None:
    for name, home in outcome._HOME.items():
        found = getattr(outcome, name)
        module = sys.modules[f"adoptive.outcome.{home}"]
        assert name in module.__all__
        assert not callable(found) or found.__doc__, name


def test_a_rule_loads_neither_the_model_nor_the_engine() -> None:
    code = (
        "import sys; from adoptive.outcome import assess, event_free_survival, grade_crs, grade_icaht_early\n"
        "from adoptive.outcome import grade_laboratory, rows_from_sdtm\n"
        "print([n for n in sys.modules if n.startswith(('adoptive.kinetics', 'adoptive.solve', 'numba', 'pandas'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

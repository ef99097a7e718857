"""Put a model's routines and the driver's text together as one Python module, kept in the cache folder.

The module's name is a hash of its text, of the engine's own sources and of the compiler's version, so a changed
equation never meets a stale kernel; numba keeps its machine code beside it.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Final, Literal

import llvmlite
import numba

from adoptive.solve.cache import cache_folder, source_fingerprint
from adoptive.solve.emit import _LARGEST_EXPONENT, _SMALLEST_LOG_ARGUMENT
from adoptive.solve.rodas import STAGES
from adoptive.solve.solo.source import DataType, Plan, Sections, write_routines

__all__ = ["TILE", "Target", "load_module", "write_module"]

Target = Literal["plain", "scalar", "cuda"]

_LIMITS = {"f8": (_LARGEST_EXPONENT, _SMALLEST_LOG_ARGUMENT), "f4": (80.0, 1e-35)}
_DECORATOR = {
    "plain": "def compiled(function):\n    return function\n",
    "scalar": "from numba import njit\n\n"
    'compiled = njit(error_model="numpy", fastmath={"contract"}, no_cpython_wrapper=True, no_cfunc_wrapper=True, '
    "_nrt=False)\n",
    "cuda": "from numba import cuda\n\ncompiled = cuda.jit(device=True)\n",
}
TILE: Final = {"plain": 1, "scalar": 1, "cuda": 32}
_ALONE = """\
def integrate(case, work, first, beyond):
    for i in range(first, beyond):
        follow(case, work, i)
"""
_THREAD = """\
def integrate(case, work, slots, first, beyond):
    slot = cuda.grid(1)
    if slot < slots and first + slot < beyond:
        tile, lane, triggers = slot // TILE, slot % TILE, len(case.trigger_signal)
        x = work.x[tile * END * TILE + lane :]
        clock = work.clock[tile * (PENDING + 2 * triggers) * TILE + lane :]
        book = work.book[tile * BOOK_ROWS * TILE + lane :]
        follow(case, Work(x, clock, book), first + slot)
"""


def write_module(plan: Plan, sections: Sections, *, target: Target, dtype: DataType, clones: int) -> str:
    """Write the whole module: constants, arithmetic, the model's routines, the driver, the loop over patients."""
    tile = TILE[target]
    exponent, smallest = _LIMITS[dtype]
    constants = {
        "LARGEST_EXPONENT": exponent,
        "SMALLEST_LOG_ARGUMENT": smallest,
        "STATES": len(plan.traced.states),
        "GIVEN": len(plan.traced.parameters),
        "CLONES": clones,
        "TILE": tile,
        **{name.upper(): row for name, row in asdict(sections).items()},
    }
    parts = [
        '"""Written by adoptive.solve.solo from a model\'s equations; do not edit."""\n',
        "from __future__ import annotations\n",
        "import numpy as np\n\nfrom adoptive.solve.solo.blank import Case, Work\n",
        _DECORATOR[target],
        f"REAL = np.{'float64' if dtype == 'f8' else 'float32'}\n"
        + "".join(f"{name} = {value!r}\n" for name, value in constants.items()),
        "@compiled\ndef at(row):\n    return row" + (" * TILE\n" if tile > 1 else "\n"),
        _text_of("arithmetic"),
        write_routines(plan, sections, stride=tile, dtype=dtype),
        _combine(len(plan.traced.states)),
        _text_of("interrupts"),
        _text_of("driver"),
        _THREAD if target == "cuda" else _ALONE,
    ]
    return "\n\n".join(parts)


def _combine(states: int) -> str:
    lines = ["@compiled", "def combine(x, stage):", '    """Prepare the argument and the mix of a stage."""']
    lines += ["    if stage == 0:", f"        for k in range({states}):", "            x[at(MIX + k)] = REAL(0.0)"]
    for stage in range(1, STAGES):
        lines += [f"    elif stage == {stage}:", f"        combine{stage}(x)"]
    return "\n".join(lines) + "\n"


def _text_of(name: str) -> str:
    """Return the text of a file of this folder without its imports from this folder."""
    text = (Path(__file__).parent / f"{name}.py").read_text("utf-8")
    lines = text.splitlines(keepends=True)
    for statement in ast.parse(text).body:
        local = isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("adoptive.solve.solo.")
        future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        exported = isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__"
        if local or future or exported:
            for at in range(statement.lineno - 1, statement.end_lineno or statement.lineno):
                lines[at] = ""
    return "".join(lines).strip() + "\n"


def load_module(text: str, *, target: Target) -> tuple[ModuleType, bool]:
    """Return the module of a text, and whether it stands in a file beside which machine code can be kept."""
    versions = f"{numba.__version__} {llvmlite.__version__} {sys.version}"
    key = hashlib.sha256("\n".join([source_fingerprint(), versions, text]).encode()).hexdigest()[:40]
    name = f"adoptive_{target}_{key}"
    if name in sys.modules:
        return sys.modules[name], True
    path = cache_folder() / "solo" / f"{name}.py"
    if not _keep(path, text):
        module = ModuleType(name)
        exec(compile(text, f"<{name}>", "exec"), module.__dict__)
        return module, False
    specification = importlib.util.spec_from_file_location(name, path)
    if specification is None or specification.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module  # numba finds the functions of kept machine code by their module's name
    specification.loader.exec_module(module)
    return module, True


def _keep(path: Path, text: str) -> bool:
    """Make sure that the file holds the text, and leave it alone if it does; False where it cannot be written."""
    with suppress(OSError, UnicodeDecodeError):
        if path.read_text("utf-8") == text:
            return True
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, private = tempfile.mkstemp(dir=path.parent, prefix=".module-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(private).replace(path)
    except OSError:
        return False
    return True

"""Put a model's routines and the loop's text together as one Python module, kept in the cache folder.

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
from pathlib import Path
from types import ModuleType
from typing import Final, Literal

import llvmlite
import numba

from adoptive.solve.cache import cache_folder, source_fingerprint
from adoptive.solve.emit import LARGEST_EXPONENT, SMALLEST_LOG_ARGUMENT
from adoptive.solve.lanes import ENTRIES
from adoptive.solve.methods import Method
from adoptive.solve.solo.loop import write_loop
from adoptive.solve.solo.source import DataType, Plan, write_routines

__all__ = ["TILE", "Target", "load_module", "write_module"]

Target = Literal["plain", "scalar", "cuda"]

_LIMITS = {"f8": (LARGEST_EXPONENT, SMALLEST_LOG_ARGUMENT), "f4": (80.0, 1e-35)}
_DECORATOR = {
    "plain": "def compiled(function):\n    return function\n",
    "scalar": "from numba import njit\n\n"
    'compiled = njit(error_model="numpy", fastmath={"contract"}, no_cpython_wrapper=True, no_cfunc_wrapper=True, '
    "_nrt=False)\n",
    "cuda": "from numba import cuda\n\ncompiled = cuda.jit(device=True)\n",
}
TILE: Final = {"plain": 1, "scalar": 1, "cuda": 32}
_QUEUE = list(ENTRIES).index("queue")
_ALONE = f"""\
def block(lanes, first, beyond):
    lanes.book[lanes.table[{_QUEUE}]] = first
    integrate(lanes, beyond)
"""
# the last numbers of the table: how much of vectors, clock and book one tile takes
_THREAD = f"""\
def block(all_lanes, slots, start, end):
    slot = cuda.grid(1)
    if slot < slots and start + slot < end:
        tile, lane, table = slot // TILE, slot % TILE, all_lanes.table
        vectors = all_lanes.vectors[tile * table[{len(ENTRIES)}] + lane :]
        clock = all_lanes.clock[tile * table[{len(ENTRIES) + 1}] + lane :]
        book = all_lanes.book[tile * table[{len(ENTRIES) + 2}] + lane :]
        lanes = Lanes(table, all_lanes.numbers, all_lanes.places, vectors, clock, book)
        lanes.book[table[{_QUEUE}]] = start + slot
        integrate(lanes, start + slot + 1)
"""


def write_module(plan: Plan, method: Method, *, target: Target, dtype: DataType) -> str:
    """Write the whole module: arithmetic, the model's routines, the loop, and its start."""
    exponent, smallest = _LIMITS[dtype]
    parts = [
        '"""Written by adoptive.solve.solo from a model\'s equations; do not edit."""\n',
        "from __future__ import annotations\n",
        "import math\n\nimport numpy as np\n\nfrom adoptive.solve.solo.blank import Lanes\n",
        _DECORATOR[target],
        f"REAL = np.{'float64' if dtype == 'f8' else 'float32'}\nTILE = {TILE[target]}\n"
        f"LARGEST_EXPONENT, SMALLEST_LOG_ARGUMENT = {exponent!r}, {smallest!r}\n",
        _text_of("arithmetic"),
        write_routines(plan, method, stride=TILE[target], dtype=dtype),
        write_loop(),
        _THREAD if target == "cuda" else _ALONE,
    ]
    return "\n\n".join(parts)


def _text_of(name: str) -> str:
    """Return the text of a file of this folder without its imports and list of names."""
    tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text("utf-8"))
    tree.body = [statement for statement in tree.body if isinstance(statement, ast.FunctionDef)]
    return ast.unparse(tree) + "\n"


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

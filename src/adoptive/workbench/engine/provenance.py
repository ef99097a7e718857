"""Where a run comes from: version, commit, lock, machine, time."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import adoptive
from adoptive.workbench.engine.types import RunResult
from adoptive.workbench.study import dump_study

__all__ = ["checkout", "commit", "machine_line", "provenance"]


def provenance(result: RunResult, *, wall_s: float) -> dict[str, Any]:
    """Give what is needed to make a run again, and what it cost."""
    commit, lock = checkout()
    return {
        "tool": "adoptive",
        "version": adoptive.__version__,
        "commit": commit,
        "lock_sha256": lock,
        "study_sha256": hashlib.sha256(dump_study(result.study).encode()).hexdigest(),
        "seed": result.seed,
        "trials": result.trials,
        "machine": machine_line(),
        "wall_s": round(wall_s, 3),
    }


def commit() -> str | None:
    """Give the commit of the checkout that the package runs from, ``None`` where it runs from none."""
    return _commit(_checkout())


def checkout() -> tuple[str | None, str | None]:
    """Give the commit of the checkout that the package runs from and its lock file's SHA-256; ``None`` elsewhere."""
    root = _checkout()
    return _commit(root), _digest(root / "requirements.lock") if root else None


def machine_line() -> str:
    """Describe the machine in one line: system, processor, cores, Python."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        models = [
            line.partition(":")[2].strip() for line in cpuinfo.read_text("utf-8").splitlines() if "model name" in line
        ]
        name = models[0] if models else name
    return (
        f"{platform.system()} {platform.machine()}, {name}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )


def _checkout() -> Path | None:
    """Find the checkout that the package runs from, if it runs from one."""
    root = Path(adoptive.__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() and (root / "src" / "adoptive").is_dir() else None


def _commit(root: Path | None) -> str | None:
    if root is None or not (root / ".git").exists():
        return None
    try:
        asked = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return asked.stdout.strip() or None


def _digest(file: Path) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None

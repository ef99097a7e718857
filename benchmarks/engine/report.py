"""Put everything that was measured into one document, judge it by the targets, and write the table of the README."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = ("numpy", "scipy", "numba", "llvmlite", "libroadrunner", "numbalsoda", "diffrax", "jax")
TARGETS: Mapping[str, tuple[tuple[str, ...], str, float]] = {
    "libroadrunner, 28 states, same error": (("ratio_libroadrunner",), "at least", 40.0),
    "numbalsoda, 28 states, same error": (("ratio_numbalsoda",), "at least", 17.0),
    "scipy LSODA, 28 states, same error": (("ratio_scipy_lsoda",), "at least", 150.0),
    "diffrax, 28 states, same error": (("ratio_diffrax",), "at least", 250.0),
    "libroadrunner, full model, same error": (("full_model", "ratio_libroadrunner"), "at least", 20.0),
    "two threads over one": (("threads", "speedup_2"), "at least", 1.8),
    "memory of 100,000 patients with reducers, MB": (("memory", "peak_mb"), "at most", 500.0),
    "cold start of the full model, s": (("startup", "cold_s"), "at most", 6.0),
    "warm start of the full model, s": (("startup", "warm_s"), "at most", 1.2),
}
START, END = "<!-- bench-engine: start -->", "<!-- bench-engine: end -->"


def machine() -> dict[str, Any]:
    """Return what the numbers were measured on."""
    from adoptive.solve.native import lane_width

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system = f"{platform.system()}, Python {platform.python_version()}"
    words = f"{_processor()}, {cores} cores, vectors of {lane_width()}, {system}"
    return {"line": words, "load_at_start": os.getloadavg()[0] if hasattr(os, "getloadavg") else None}


def versions() -> dict[str, str | None]:
    """Return the libraries' versions, null for what is not installed."""
    found: dict[str, str | None] = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def ratios(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys that are compared over time: each peer's ratio, diffrax by its better method, null for absent."""
    keys: dict[str, Any] = {}
    for kind, prefix in (("ratio_same_error", "ratio_"), ("ratio_same_rtol", "same_rtol_")):
        rows = {name: row.get(kind) for name, row in table["engines"].items() if name != "adoptive"}
        methods = [rows.pop(name) for name in list(rows) if name.startswith("diffrax")]
        ran = [ratio for ratio in methods if ratio is not None]
        rows["diffrax"] = min(ran) if ran else None
        keys |= {f"{prefix}{name}": ratio for name, ratio in rows.items()}
    same = {name.removeprefix("same_rtol_"): keys.pop(name) for name in list(keys) if name.startswith("same_rtol_")}
    absent = {name: row["absent"] for name, row in table["engines"].items() if "absent" in row}
    return keys | {"same_rtol": same, "absent": absent}


def document(
    *, conditions: Mapping[str, Any], small: Mapping[str, Any], full: Mapping[str, Any] | None, **house: Any
) -> dict[str, Any]:
    """Return the whole document: conditions, both races, threads, memory, start, and the targets met or not."""
    own = small["engines"]["adoptive"]
    told: dict[str, Any] = {"machine": machine(), "versions": versions(), **conditions}
    told |= {"achieved_error": {name: row.get("error_median") for name, row in small["engines"].items()}}
    told |= {"patients_per_s_per_core": own["patients_per_s_per_core"], **ratios(small), "problem28": dict(small)}
    if full is not None:
        told["full_model"] = {**ratios(full), **full}
    told |= house
    return told | {"targets": judge(told)}


def judge(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every target with what was measured; met is null where nothing was."""
    rows = []
    for name, (place, way, bound) in TARGETS.items():
        value: Any = told
        for step in place:
            value = value.get(step) if isinstance(value, Mapping) else None
        met = None if value is None else bool(value >= bound if way == "at least" else value <= bound)
        rows.append({"target": name, "wanted": f"{way} {bound:g}", "measured": value, "met": met})
    return rows


def readme_table(told: Mapping[str, Any]) -> str:
    """Return the README's block: machine, both races, and the targets."""
    load = told["machine"]["load_at_start"]
    busy = "" if load is None else f" (load {load:.1f} at the start)"
    lines = [f"Measured on {told['machine']['line']}{busy}; {told['rounds']} rounds; rtol {told['rtol']:g}.", ""]
    for title, place in (("28-state problem", "problem28"), ("full model", "full_model")):
        if place in told:
            lines += _race(title, told[place])
    lines += ["| target | wanted | measured | met |", "| --- | --- | --- | --- |"]
    words = {True: "yes", False: "**no**", None: "not measured"}
    for row in told["targets"]:
        measured = "" if row["measured"] is None else f"{row['measured']:.3g}"
        lines.append(f"| {row['target']} | {row['wanted']} | {measured} | {words[row['met']]} |")
    return "\n".join(lines)


def _race(title: str, table: Mapping[str, Any]) -> list[str]:
    lines = [
        f"| {title} | ms/patient | patients/s/core | error, median | ratio at the same error | at the same rtol |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, row in table["engines"].items():
        if "absent" in row:
            lines.append(f"| {name} | {row['absent']} | | | | |")
            continue
        pair = [f"{row[key]:.1f}" if key in row else "1" for key in ("ratio_same_error", "ratio_same_rtol")]
        speed = f"{row['ms_per_patient']:.3g} | {row['patients_per_s_per_core']:,.0f} | {row['error_median']:.1e}"
        lines.append(f"| {name} {row['version']} | {speed} | {pair[0]} | {pair[1]} |")
    return [*lines, ""]


def write_readme(path: Path, told: Mapping[str, Any]) -> None:
    """Put the table between the README's two marks."""
    text = path.read_text("utf-8")
    if START not in text or END not in text:
        raise SystemExit(f"{path} lacks the marks {START} and {END}")
    before, after = text.split(START)[0], text.split(END)[1]
    path.write_text(f"{before}{START}\n{readme_table(told)}\n{END}{after}", "utf-8")


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    wide = any("avx512f" in line for line in lines if line.startswith("flags"))
    return (named[0] if named else platform.machine()) + (" (AVX-512)" if wide else "")

"""How fast and how alike are receptor chains stitched? Against stitchr's batch command `thimble`, in turns.

    pip install stitchr
    data=$(python -c "import pathlib, Stitchr; print(pathlib.Path(Stitchr.__file__).parents[1] / 'Data')")
    cp -r src/adoptive/construct/data/germline_imgt/HUMAN "$data/HUMAN"
    python benchmarks/stitching.py --rounds 5

Both get the V, J and CDR3 of the human receptors of PDB structures that ship with the package, and the same germline.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import tempfile
import time
from contextlib import redirect_stdout
from importlib import resources
from io import StringIO
from pathlib import Path

from adoptive.construct.stitch import stitch

COLUMNS = (
    "TCR_name TRAV TRAJ TRA_CDR3 TRBV TRBJ TRB_CDR3 TRAC TRBC TRA_leader TRB_leader Linker Link_order "
    "TRA_5_prime_seq TRA_3_prime_seq TRB_5_prime_seq TRB_3_prime_seq"
).split()


def receptors() -> list[dict[str, str]]:
    """Give the human receptors of the structures with both chains, in the peer's columns."""
    table = resources.files("adoptive.construct").joinpath("data", "cases", "pdb_tcr_chains_tcrdock.tsv")
    both: dict[str, dict[str, dict[str, str]]] = {}
    for row in csv.DictReader(table.read_text("utf-8").splitlines(), delimiter="\t"):
        if row["organism"] == "human":
            both.setdefault(row["pdbid"], {})[row["ab"]] = row
    found = []
    for name, chains in both.items():
        if set(chains) == {"A", "B"}:
            row = dict.fromkeys(COLUMNS, "") | {"TCR_name": name, "TRAC": "TRAC*01", "TRBC": "TRBC1*01"}
            for letter, chain in chains.items():
                row |= {f"TR{letter}V": chain["v_gene"], f"TR{letter}J": chain["j_gene"]}
                row[f"TR{letter}_CDR3"] = chain["cdr3"]
            found.append(row)
    return found


def ours(rows: list[dict[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Stitch all chains; give bases and protein, leader to J."""
    done = {}
    for row in rows:
        for letter in "AB":
            chain = stitch(row[f"TR{letter}V"], row[f"TR{letter}J"], row[f"TR{letter}_CDR3"])
            done[row["TCR_name"], letter] = (chain.nt, chain.protein)
    return done


def theirs(rows: list[dict[str, str]], folder: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """Run thimble on the same receptors; give bases and protein with the constant region."""
    from Stitchr import thimble

    with (folder / "in.tsv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter="\t")
        writer.writeheader()
        writer.writerows(rows)
    sys.argv = ["thimble", "-in", str(folder / "in.tsv"), "-o", str(folder / "out"), "-s", "HUMAN", "-r", "AB"]
    with redirect_stdout(StringIO()):
        thimble.main()
    with (folder / "out.tsv").open(encoding="utf-8") as file:
        return {
            (row["TCR_name"], letter): (row[f"TR{letter}_nt"].upper(), row[f"TR{letter}_aa"])
            for row in csv.DictReader(file, delimiter="\t")
            for letter in "AB"
        }


def main() -> None:
    """Stitch in turns and print one line of Markdown."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=5)
    rows, times = receptors(), {"ours": [], "peer": []}
    mine: dict[tuple[str, str], tuple[str, str]] = ours(rows)
    peer: dict[tuple[str, str], tuple[str, str]] = {}
    for _ in range(asked.parse_args().rounds):
        start = time.process_time()
        mine = ours(rows)
        times["ours"].append(time.process_time() - start)
        with tempfile.TemporaryDirectory() as folder:
            start = time.process_time()
            peer = theirs(rows, Path(folder))
            times["peer"].append(time.process_time() - start)
    middle = {name: statistics.median(each) for name, each in times.items()}
    protein = sum(peer[key][1].startswith(mine[key][1]) for key in mine)
    bases = sum(peer[key][0].startswith(mine[key][0]) for key in mine)
    print(f"{len(mine)} chains; ours {1e6 * middle['ours'] / len(mine):.0f} us/chain; "
          f"thimble {1e6 * middle['peer'] / len(mine):.0f} us/chain; ratio {middle['peer'] / middle['ours']:.1f}; "
          f"same protein {protein}; same bases {bases}")  # fmt: skip


if __name__ == "__main__":
    main()

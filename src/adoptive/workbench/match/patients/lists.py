"""The lists of a written patient: treatments, antigens, genes, conditions, cancers, HLA."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from adoptive.trial.eligibility.facts import Alteration, AntigenTest, Condition, Diagnosis, Therapy
from adoptive.workbench.match.patients.dates import Span
from adoptive.workbench.match.patients.fhir.periods import course_of
from adoptive.workbench.match.patients.gathered import Hla, Thing
from adoptive.workbench.match.patients.genes import gene_symbol, protein_change
from adoptive.workbench.match.patients.hla import GENES, gene_name, standard_name
from adoptive.workbench.match.patients.keys import LISTS, SECTIONS
from adoptive.workbench.match.patients.sheet import Sheet
from adoptive.workbench.match.patients.stages import stage_of

__all__ = ["antigens", "cancer", "conditions", "genes", "hla", "therapies"]

Table = Mapping[str, Any]

_PLUS: Final = re.compile(r"([0-3])\s?\+", re.ASCII)
_PER_CENT: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s?%", re.ASCII)
_SETTINGS: Final = ("neoadjuvant", "adjuvant", "advanced", "maintenance", "bridging")
_REASONS: Final = ("progression", "toxicity", "completed", "other")
_CATEGORIES: Final = ("mutation", "amplification", "deletion", "fusion", "signature")
_STATES: Final = ("active", "past", "absent")
_ASSAYS: Final = ("IHC", "ISH", "PCR", "RNA", "flow cytometry")
_SIGNATURES: Final = {"msi-h": True, "msi-high": True, "dmmr": True, "pmmr": False, "mss": False}


def therapies(sheet: Sheet, value: object) -> Iterator[Thing]:
    """Read ``[[therapy]]``."""
    for place, table in sheet.tables(value, "therapy"):
        sheet.known_keys(table, tuple(LISTS["therapy"]), place)
        name = sheet.name("treatments", table, "name", place)
        start, end = sheet.days(table, place)
        ongoing = sheet.flag(table, "ongoing", place)
        if ongoing and "end" in table:
            sheet.wrong(f"{place}.ongoing", "it has ended and still goes on", next_step="leave out end or ongoing")
        line = sheet.number(table, "line", place, 1, 40)
        if line is not None and line != int(line):
            sheet.wrong(f"{place}.line", "a whole number is needed here", line, next_step="write the line, as 2")
        course = course_of(start, end, sheet.as_of, ongoing=ongoing)
        therapy = Therapy(
            name or "",
            course.given_from,
            course.end,
            course.ongoing,
            None if line is None else int(line),
            cast(Any, sheet.choice(table, "setting", place, _SETTINGS)),
            sheet.text(table, "response", place),
            cast(Any, sheet.choice(table, "stopped_for", place, _REASONS)),
            sheet.number(table, "dose", place, 0, 1e6),
            sheet.text(table, "dose_unit", place),
            place,
            course.end_from,
        )
        if name:
            yield therapy


def antigens(sheet: Sheet, value: object) -> Iterator[Thing]:
    """Read ``[[antigen]]``; a test must say something."""
    for place, table in sheet.tables(value, "antigen"):
        sheet.known_keys(table, tuple(LISTS["antigen"]), place)
        table = _plain_test(table)
        target = sheet.name("antigens", table, "target", place)
        assay = sheet.choice(table, "assay", place, _ASSAYS)
        positive = sheet.flag(table, "positive", place)
        bounds = {"intensity": 3.0, "share": 1.0, "h_score": 300.0}
        found = {key: sheet.number(table, key, place, 0.0, most) for key, most in bounds.items()}
        if not set(table) & {"positive", *bounds}:
            sheet.wrong(place, "the test says nothing", allowed="positive, intensity, share or h_score",
                        next_step="add one of them")  # fmt: skip
        day = _day(sheet.date(table, "date", place))
        if target:
            yield AntigenTest(target, assay, positive, found["intensity"], found["share"], found["h_score"], day, place)


def _plain_test(table: Table) -> Table:
    """Turn ``"2+"`` and ``"75 %"``, as reports write them, into numbers."""
    plain = dict(table)
    if isinstance(score := table.get("intensity"), str) and (found := _PLUS.fullmatch(score.strip())):
        plain["intensity"] = int(found[1])
    if isinstance(share := table.get("share"), str) and (found := _PER_CENT.fullmatch(share.strip())):
        plain["share"] = float(found[1].replace(",", ".")) / 100
    return plain


def genes(sheet: Sheet, value: object) -> Iterator[Thing]:
    """Read ``[[gene]]``."""
    for place, table in sheet.tables(value, "gene"):
        sheet.known_keys(table, tuple(LISTS["gene"]), place)
        text = sheet.text(table, "gene", place)
        signature = _SIGNATURES.get(text.lower())
        gene = "MSI-H" if signature is not None else gene_symbol(text)
        if gene is None:
            sheet.wrong(f"{place}.gene", "no gene symbol", text, "a symbol as KRAS", "write the symbol of HGNC")
            continue
        present = sheet.flag(table, "present", place)
        raw = sheet.text(table, "change", place)
        short = protein_change(raw) if raw else None
        category = sheet.choice(table, "category", place, _CATEGORIES)
        day = _day(sheet.date(table, "date", place))
        found = present is not False if signature is not False else present is False
        implied = "signature" if signature is not None else "mutation" if short else ""
        yield Alteration(gene, short or raw, cast(Any, category or implied), found, day, place)


def conditions(sheet: Sheet, value: object) -> Iterator[Thing]:
    """Read ``[[condition]]``."""
    for place, table in sheet.tables(value, "condition"):
        sheet.known_keys(table, tuple(LISTS["condition"]), place)
        name = sheet.name("conditions", table, "name", place)
        state = cast(Any, sheet.choice(table, "state", place, _STATES))
        if "state" not in table:
            sheet.wrong(place, "this key is missing", "state", ", ".join(_STATES), "add state")
        start, end = sheet.days(table, place)
        if end and state == "active":
            sheet.wrong(f"{place}.end", "an active condition has no end", next_step='leave out end or write "past"')
        looked = sheet.date(table, "date", place)
        if looked and (state != "absent" or start or end):
            sheet.wrong(f"{place}.date", "only what was looked for and not found has a date", next_step="give start")
        elif looked:
            start = end = looked
        course = course_of(start, end, sheet.as_of, ongoing=state == "active")
        if name and state:
            yield Condition(name, state, course.start, course.exact_end, place)


def cancer(sheet: Sheet, table: Table, place: str) -> Iterator[Thing]:
    """Read ``[disease]`` or a table of ``[[other_cancer]]``."""
    name = sheet.name("diseases", table, "diagnosis", place) if "diagnosis" in table else None
    raw = sheet.text(table, "stage", place)
    stage = stage_of(raw) if raw else ""
    if stage is None:
        sheet.wrong(f"{place}.stage", "no such stage", raw, "a stage group as IV, IIIB or 2A", "write the stage group")
    when = sheet.date(table, "date", place)
    current = sheet.flag(table, "current", place)
    diagnosis = Diagnosis(
        name or "",
        stage or "",
        sheet.flag(table, "metastatic", place),
        sheet.flag(table, "unresectable", place),
        sheet.text(table, "histology", place),
        when.first if when else None,
        True if current is None and place == "disease" else current,
        place,
    )
    said = [key for key in ("stage", "metastatic", "unresectable", "histology", "date", "current") if key in table]
    if name:
        yield diagnosis
    elif said and "diagnosis" not in table:
        sheet.wrong(place, "this key is missing", "diagnosis", next_step="add diagnosis")


def hla(sheet: Sheet, value: object) -> Iterator[Thing]:
    """Read ``[hla]``: alleles, and the genes of which both alleles are known."""
    table = sheet.table(value, "hla")
    sheet.known_keys(table, tuple(SECTIONS["hla"]), "hla")
    alleles: list[str] = []
    for number, text in enumerate(_texts(sheet, table, "alleles"), start=1):
        name = standard_name(text)
        if name is None:
            sheet.wrong(f"hla.alleles[{number}]", "no such HLA allele, or one that is not expressed", text,
                        "a name as A*02:01", "write the name of the typing report")  # fmt: skip
        else:
            alleles.append(name)
    typed: list[str] = []
    for number, text in enumerate(_texts(sheet, table, "typed"), start=1):
        gene = gene_name(text)
        if gene is None:
            sheet.wrong(f"hla.typed[{number}]", "no HLA gene", text, ", ".join(GENES), "write the gene, as A")
        else:
            typed.append(gene)
    for gene in dict.fromkeys(name.split("*")[0].removeprefix("HLA-") for name in alleles):
        if len({name for name in alleles if name.startswith(f"HLA-{gene}*")}) > 2:
            sheet.wrong(
                "hla.alleles", "more than two alleles of a gene", gene, "at most two", "leave out the wrong one"
            )
    if alleles or typed:
        yield Hla(tuple(alleles), tuple(typed))


def _texts(sheet: Sheet, table: Table, key: str) -> list[str]:
    value = table.get(key, [])
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    sheet.wrong(f"hla.{key}", "a list of texts is needed here", value, next_step='write ["...", "..."]')
    return []


def _day(span: Span | None) -> Any:
    return span.day if span else None

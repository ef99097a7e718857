"""Read an SBML file's statements with libSBML, and refuse what is not an ordinary differential equation model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from adoptive.errors import SolveError
from adoptive.solve.exchange.contents import Contents, Declared, Reaction, Reported
from adoptive.solve.exchange.formula import Apply, Formula, Literal, Symbol
from adoptive.solve.exchange.mathml_in import formula_of, function_of
from adoptive.solve.exchange.xml_guard import HARMLESS, read_checked, refuse_packages

__all__ = ["read_contents"]

_LEVEL: Final = (3, 2)


def read_contents(path: Path) -> Contents:
    """Read a file; raise SolveError (what, where, next step) for anything that cannot be integrated as it stands."""
    document = _document(path)
    model = document.getModel()
    where = str(path)
    if model is None:
        raise SolveError("the file holds no model", where=where)
    rules = list(_all(model, "Rule"))
    for rule in rules:
        if rule.isAlgebraic():
            raise SolveError(
                "algebraic rules are not supported", where=where, value=_said(rule),
                next_step="solve the equation for one quantity and state it as an assignment rule",
            )  # fmt: skip
    formula = {r.getVariable(): formula_of(r.getMath(), where=f"{where}, rule of {r.getVariable()}") for r in rules}
    assigned = {r.getVariable() for r in rules if r.isAssignment()}
    reactions = [_reaction(r, where) for r in _all(model, "Reaction")]
    quantities = {q.id: q for q in _quantities(model, where)}
    return Contents(
        where=where,
        name=model.getName() or model.getId() or path.stem,
        notes=_plain(model.getNotesString()) if model.isSetNotes() else "",
        time_unit=model.getTimeUnits() or "the model's own unit",
        quantities=quantities,
        functions={
            f.getId(): function_of(f.getMath(), where=f"{where}, function {f.getId()}")
            for f in _all(model, "FunctionDefinition")
        },
        initial={
            a.getSymbol(): formula_of(a.getMath(), where=f"{where}, initial assignment of {a.getSymbol()}")
            for a in _all(model, "InitialAssignment")
        },
        assigned={name: text for name, text in formula.items() if name in assigned},
        rates={name: text for name, text in formula.items() if name not in assigned},
        reactions=tuple(reactions),
        events=tuple(_event(e, f"{where}, event {e.getId() or at + 1}") for at, e in enumerate(_all(model, "Event"))),
    )


def _document(path: Path) -> Any:
    libsbml: Any = import_module("libsbml")
    text = read_checked(path)
    document = libsbml.readSBMLFromString(text)
    _refuse_mistakes(document, libsbml, path)
    _refuse_packages(document, path)
    if document.getLevel() < _LEVEL[0] and not document.setLevelAndVersion(*_LEVEL, False):
        raise SolveError(
            f"SBML Level {document.getLevel()} could not be converted to Level 3", where=str(path),
            value=document.getError(0).getShortMessage(), next_step="save the model as SBML Level 3",
        )  # fmt: skip
    for category in ("UNITS_CONSISTENCY", "MODELING_PRACTICE", "SBO_CONSISTENCY"):
        document.setConsistencyChecks(getattr(libsbml, f"LIBSBML_CAT_{category}"), False)
    document.checkConsistency()
    _refuse_mistakes(document, libsbml, path)
    return document


def _refuse_mistakes(document: Any, libsbml: Any, path: Path) -> None:
    found = [document.getError(i) for i in range(document.getNumErrors())]
    grave = [e for e in found if e.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    if grave:
        said = " ".join(grave[0].getMessage().split())
        raise SolveError(
            f"the file is not valid SBML ({grave[0].getShortMessage()})", where=f"{path}, line {grave[0].getLine()}",
            value=said, next_step=f"mend this and {len(grave) - 1} more" if len(grave) > 1 else "mend this",
        )  # fmt: skip


def _refuse_packages(document: Any, path: Path) -> None:
    names = [document.getPlugin(i).getPackageName() for i in range(document.getNumPlugins())]
    needed = [name for name in names if name not in HARMLESS and document.getPackageRequired(name)]
    needed += [document.getUnknownPackagePrefix(i) for i in range(document.getNumUnknownPackages())]
    refuse_packages(needed, str(path))


def _all(model: Any, what: str) -> Iterator[Any]:
    for at in range(getattr(model, f"getNum{what}" if what.endswith("s") else f"getNum{what}s")()):
        yield getattr(model, f"get{what}")(at)


def _plain(notes: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", notes).split())


def _said(rule: Any) -> str:
    libsbml: Any = import_module("libsbml")
    return "0 = " + (libsbml.formulaToL3String(rule.getMath()) if rule.isSetMath() else "?")


def _common(element: Any) -> dict[str, Any]:
    notes = _plain(element.getNotesString()) if element.isSetNotes() else ""
    return {"id": element.getId(), "name": element.getName() or element.getId(), "note": notes}


def _quantities(model: Any, where: str) -> Iterator[Declared]:
    missing = float("nan")
    for one in _all(model, "Compartment"):
        value = one.getSize() if one.isSetSize() else missing
        yield Declared(**_common(one), kind="compartment", value=value, constant=one.getConstant(), unit=one.getUnits())
    for one in _all(model, "Species"):
        concentration = one.isSetInitialConcentration()
        value = one.getInitialConcentration() if concentration else one.getInitialAmount()
        yield Declared(
            **_common(one),
            kind="species",
            value=value if concentration or one.isSetInitialAmount() else missing,
            constant=one.getConstant(),
            unit=one.getSubstanceUnits() or model.getSubstanceUnits(),
            compartment=one.getCompartment(),
            in_amount=one.getHasOnlySubstanceUnits(),
            value_is_concentration=concentration,
            boundary=one.getBoundaryCondition(),
            conversion=one.getConversionFactor() or model.getConversionFactor(),
        )
    for one in _all(model, "Parameter"):
        value = one.getValue() if one.isSetValue() else missing
        yield Declared(**_common(one), kind="parameter", value=value, constant=one.getConstant(), unit=one.getUnits())
    for reaction in _all(model, "Reaction"):
        yield from _of_reaction(reaction)


def _of_reaction(reaction: Any) -> Iterator[Declared]:
    """Yield a reaction's own parameters (``reaction.parameter``) and its named stoichiometries."""
    law = reaction.getKineticLaw()
    for at in range(law.getNumLocalParameters() if law is not None else 0):
        one = law.getLocalParameter(at)
        id = f"{reaction.getId()}.{one.getId()}"
        yield Declared(id, id, "parameter", one.getValue() if one.isSetValue() else float("nan"), True, one.getUnits())
    for one, _ in _references(reaction):
        if one.isSetId():
            value = one.getStoichiometry() if one.isSetStoichiometry() else float("nan")
            yield Declared(one.getId(), one.getId(), "stoichiometry", value, one.getConstant())


def _references(reaction: Any) -> Iterator[tuple[Any, float]]:
    for at in range(reaction.getNumReactants()):
        yield reaction.getReactant(at), -1.0
    for at in range(reaction.getNumProducts()):
        yield reaction.getProduct(at), 1.0


def _reaction(reaction: Any, where: str) -> Reaction:
    where = f"{where}, reaction {reaction.getId()}"
    if reaction.isSetFast() and reaction.getFast():
        raise SolveError(
            "fast reactions are not supported", where=where,
            next_step="state the equilibrium as an assignment rule, or give the reaction a rate",
        )  # fmt: skip
    law = reaction.getKineticLaw()
    if law is None:
        raise SolveError("a reaction has no kinetic law", where=where, next_step="state its rate")
    count = law.getNumLocalParameters()
    own = [law.getLocalParameter(at).getId() for at in range(count)]
    changes = []
    for one, sign in _references(reaction):
        if not one.isSetId() and not one.isSetStoichiometry():
            raise SolveError("a stoichiometry is missing", where=where, value=one.getSpecies())
        size: Formula = Symbol(one.getId()) if one.isSetId() else Literal(one.getStoichiometry())
        changes.append((one.getSpecies(), size if sign > 0.0 else Apply("minus", (size,))))
    local = {name: f"{reaction.getId()}.{name}" for name in own}
    return Reaction(reaction.getId(), formula_of(law.getMath(), where=where, local=local), tuple(changes))


def _event(event: Any, where: str) -> Reported:
    trigger = event.getTrigger()
    if trigger is None:
        raise SolveError("an event has no trigger", where=where)
    delay, priority = event.getDelay(), event.getPriority()
    assignments = [event.getEventAssignment(at) for at in range(event.getNumEventAssignments())]
    return Reported(
        id=event.getId() or event.getName() or where.rpartition(" ")[2],
        trigger=formula_of(trigger.getMath(), where=f"{where}, trigger"),
        starts_true=trigger.getInitialValue(),
        persistent=trigger.getPersistent(),
        delay=None if delay is None else formula_of(delay.getMath(), where=f"{where}, delay"),
        priority=None if priority is None else formula_of(priority.getMath(), where=f"{where}, priority"),
        from_trigger=event.getUseValuesFromTriggerTime(),
        changes=tuple(
            (a.getVariable(), formula_of(a.getMath(), where=f"{where}, {a.getVariable()}")) for a in assignments
        ),
    )

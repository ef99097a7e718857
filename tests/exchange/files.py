"""Small SBML files, each with one corner of the standard, written with libSBML from a few lines each."""

from __future__ import annotations

from typing import Any

import libsbml


class File:
    """Build one model; formulas are infix text."""

    def __init__(self, *, level: int = 3, version: int = 2) -> None:
        self.document = libsbml.SBMLDocument(level, version)
        self.model = self.document.createModel()
        self.model.setId("small")
        self.level = level

    def text(self) -> str:
        return str(libsbml.writeSBMLToString(self.document))

    @staticmethod
    def math(formula: str) -> Any:
        found = libsbml.parseL3Formula(formula)
        assert found is not None, (formula, libsbml.getLastParseL3Error())
        return found

    def compartment(self, id: str, size: float | None = 1.0, *, constant: bool = True) -> File:
        one = self.model.createCompartment()
        one.setId(id)
        one.setSpatialDimensions(3)
        one.setConstant(constant)
        if size is not None:
            one.setSize(size)
        return self

    def species(
        self,
        id: str,
        compartment: str,
        *,
        amount: float | None = None,
        concentration: float | None = None,
        in_amount: bool = False,
        boundary: bool = False,
        constant: bool = False,
        conversion: str = "",
    ) -> File:
        one = self.model.createSpecies()
        one.setId(id)
        one.setCompartment(compartment)
        one.setHasOnlySubstanceUnits(in_amount)
        one.setBoundaryCondition(boundary)
        one.setConstant(constant)
        if amount is not None:
            one.setInitialAmount(amount)
        if concentration is not None:
            one.setInitialConcentration(concentration)
        if conversion:
            one.setConversionFactor(conversion)
        return self

    def parameter(self, id: str, value: float | None = None, *, constant: bool = True) -> File:
        one = self.model.createParameter()
        one.setId(id)
        one.setConstant(constant)
        if value is not None:
            one.setValue(value)
        return self

    def function(self, id: str, formula: str) -> File:
        one = self.model.createFunctionDefinition()
        one.setId(id)
        one.setMath(self.math(formula))
        return self

    def rule(self, kind: str, id: str, formula: str) -> File:
        one = {
            "assign": self.model.createAssignmentRule,
            "rate": self.model.createRateRule,
            "algebraic": self.model.createAlgebraicRule,
        }[kind]()
        if kind != "algebraic":
            one.setVariable(id)
        one.setMath(self.math(formula))
        return self

    def start(self, id: str, formula: str) -> File:
        one = self.model.createInitialAssignment()
        one.setSymbol(id)
        one.setMath(self.math(formula))
        return self

    def reaction(
        self,
        id: str,
        reactants: dict[str, float | str],
        products: dict[str, float | str],
        law: str | None,
        *,
        modifiers: tuple[str, ...] = (),
        local: dict[str, float] | None = None,
        fast: bool = False,
    ) -> File:
        one = self.model.createReaction()
        one.setId(id)
        one.setReversible(False)
        if fast:
            one.setFast(True)
        for make, listed in ((one.createReactant, reactants), (one.createProduct, products)):
            for name, size in listed.items():
                reference = make()
                reference.setSpecies(name)
                if self.level == 3:
                    reference.setConstant(not isinstance(size, str))
                if isinstance(size, str):
                    reference.setId(size)
                else:
                    reference.setStoichiometry(size)
        for name in modifiers:
            one.createModifier().setSpecies(name)
        if law is not None:
            kinetic = one.createKineticLaw()
            kinetic.setMath(self.math(law))
            for name, value in (local or {}).items():
                own = kinetic.createLocalParameter() if self.level == 3 else kinetic.createParameter()
                own.setId(name)
                own.setValue(value)
        return self

    def event(
        self,
        id: str,
        trigger: str,
        changes: dict[str, str],
        *,
        delay: str = "",
        priority: str = "",
        from_trigger: bool = False,
        starts_true: bool = True,
        persistent: bool = True,
    ) -> File:
        one = self.model.createEvent()
        one.setId(id)
        one.setUseValuesFromTriggerTime(from_trigger)
        cause = one.createTrigger()
        cause.setMath(self.math(trigger))
        if self.level == 3:
            cause.setInitialValue(starts_true)
            cause.setPersistent(persistent)
        if delay:
            one.createDelay().setMath(self.math(delay))
        if priority:
            one.createPriority().setMath(self.math(priority))
        for name, formula in changes.items():
            change = one.createEventAssignment()
            change.setVariable(name)
            change.setMath(self.math(formula))
        return self


def reactions() -> File:
    """Two compartments, amounts and concentrations, boundary species, local parameters, stoichiometry 2."""
    file = File().compartment("blood", 5.0).compartment("tissue", 0.7)
    file.species("A", "blood", concentration=3.0).species("B", "tissue", amount=2.0)
    file.species("C", "tissue", amount=0.5, in_amount=True).species("food", "blood", amount=10.0, boundary=True)
    file.species("still", "blood", concentration=0.3, constant=True, boundary=True)
    file.parameter("k", 0.4)
    file.reaction("move", {"A": 1.0}, {"B": 1.0}, "blood * k * A", local={"k": 0.25})
    file.reaction("pair", {"B": 2.0}, {"C": 1.0}, "tissue * k * B^2 / (1 + still)", modifiers=("still",))
    file.reaction("feed", {"food": 1.0}, {"A": 1.0}, "0.1 * food + 0.02 * move", modifiers=())
    return file.reaction("lose", {"C": 1.0}, {}, "k * C")


def rules() -> File:
    """Rate and assignment rules that lean on each other, functions, piecewise, time, initial assignments."""
    file = File().compartment("v", 2.0).parameter("k", 0.5).parameter("n", 2.5)
    file.function("hill", "lambda(x, h, x^h / (1 + x^h))").function("twice", "lambda(x, 2 * hill(x, 1.5))")
    file.parameter("x", constant=False).parameter("y", 0.2, constant=False).parameter("z", constant=False)
    file.parameter("w", constant=False).parameter("late", constant=False)
    file.species("S", "v", concentration=1.0, boundary=True).species("R", "v", boundary=True)
    file.start("x", "k * 3 + z").rule("assign", "w", "twice(x) + late").rule("assign", "z", "k^2 + 1 / n")
    file.rule("assign", "late", "piecewise(0.1 * time, time < 2, 0.2 + exp(-time), time < 4, 0.3)")
    file.rule("rate", "x", "-k * x + w * 0.3").rule("rate", "y", "hill(S, n) - max(y, 0.1, k * x) * 0.5 + tanh(x)")
    file.rule("rate", "S", "0.3 * y - S * root(3, x) + log10(1 + x)")
    return file.rule("assign", "R", "S + abs(x - 1) + piecewise(1, x > 0.8 && !(y > 0.4) || S >= 1, 0)")


def swelling() -> File:
    """A compartment that grows, and concentrations in it that react; conversion factors."""
    file = File().compartment("cell", 1.0, constant=False).parameter("grow", 0.3).parameter("f", 2.0)
    file.species("P", "cell", concentration=2.0).species("Q", "cell", amount=1.0, in_amount=True)
    file.species("D", "cell", amount=0.0, conversion="f").species("rest", "cell", amount=4.0, boundary=True)
    file.rule("rate", "cell", "grow * cell * (1 - cell / 6)")
    file.reaction("make", {"P": 1.0}, {"Q": 1.0}, "cell * 0.6 * P * rest", modifiers=("rest",))
    return file.reaction("turn", {"Q": 1.0}, {"D": 1.0}, "0.4 * Q / cell")


def stoichiometry() -> File:
    """Stoichiometries that a rule, an initial assignment or a number gives."""
    file = File().compartment("c", 1.0).species("A", "c", amount=5.0).species("B", "c", amount=0.0)
    file.species("C", "c", amount=0.0).parameter("k", 0.3)
    file.reaction("r", {"A": "used"}, {"B": "made", "C": 1.5}, "k * A")
    return file.rule("assign", "made", "1 + 0.5 * time").start("used", "k * 4")


def events() -> File:
    """Crossings with and without delay, values of the trigger's moment, pulses, or and not, a jump at the start."""
    file = File().compartment("c", 2.0).parameter("k", 0.8)
    file.species("A", "c", concentration=4.0).species("B", "c", amount=0.0, in_amount=True)
    file.parameter("gate", 1.0, constant=False).parameter("seen", 0.0, constant=False).parameter(
        "m", 0.0, constant=False
    )
    file.parameter("late", 0.0, constant=False).parameter("count", 0.0, constant=False)
    file.reaction("go", {"A": 1.0}, {"B": 1.0}, "c * k * gate * A")
    file.event("low", "A < 1", {"A": "A + 3", "seen": "seen + 1"})
    file.event("first", "time >= 0", {"B": "B + 0.5"}, starts_true=False)
    file.event("pulse", "time > 1.5 && time < 1.505", {"gate": "0.1"})
    file.event("back", "time >= 2.5 || B > 100", {"gate": "1"})
    file.event("kept", "B >= 4", {"late": "B"}, delay="0.7", from_trigger=True)
    file.event("then", "B >= 4", {"m": "B"}, delay="k", from_trigger=False)
    return file.event("both", "A < 2 && !(B < 8)", {"count": "count + A"})


def queue() -> File:
    """Delayed events that come true again, and again, before they are carried out."""
    file = File().parameter("x", 0.0, constant=False).parameter("sum", 0.0, constant=False)
    file.parameter("kept", 0.0, constant=False).parameter("n", 0.0, constant=False).rule("rate", "x", "1")
    file.event("saw", "x >= 0.41", {"x": "0"})
    file.event("late", "x >= 0.3", {"sum": "sum + x", "n": "n + 1"}, delay="1.1371 - 0.0213 * n")
    return file.event("copy", "x >= 0.2", {"kept": "time"}, delay="1.0137", from_trigger=True)


def ordered() -> File:
    """Two events of one moment, whose order their priorities give; another that the first one sets off."""
    file = File().parameter("x", 1.0, constant=False).parameter("y", 0.0, constant=False)
    file.parameter("flag", 0.0, constant=False).rule("rate", "y", "0.5 * x")
    file.event("second", "time >= 1", {"x": "x * 3"}, priority="1").event(
        "before", "time >= 1", {"x": "x + 2"}, priority="5"
    )
    return file.event("after", "x > 8.5", {"flag": "time", "y": "y / 2"})


def volume_event() -> File:
    """An event that doubles a compartment: amounts stay."""
    file = File().compartment("c", 1.0, constant=False).species("A", "c", concentration=4.0)
    file.species("B", "c", amount=0.0).parameter("k", 0.5)
    file.reaction("r", {"A": 1.0}, {"B": 1.0}, "k * A * c * A")
    return file.event("dilute", "time >= 1", {"c": "2 * c"})


def level_two() -> File:
    """Level 2: stoichiometry as a formula, an event with delay, a species without initial value but with a rule."""
    file = (
        File(level=2, version=4)
        .compartment("c", 1.5)
        .species("A", "c", concentration=2.0)
        .species("B", "c", amount=0.0)
    )
    file.parameter("k", 0.7).parameter("n", 3.0)
    file.reaction("r", {"A": 1.0}, {}, "c * k * A", local={"k": 0.4})
    product = file.model.getReaction("r").createProduct()
    product.setSpecies("B")
    product.createStoichiometryMath().setMath(file.math("n / 2"))
    return file.event("e", "A < 1", {"B": "B + 1"}, delay="0.5", from_trigger=True)


ALL = (reactions, rules, swelling, stoichiometry, events, queue, ordered, volume_event, level_two)

"""The flow of patients, as CONSORT draws it, from the counts of all trials."""

from __future__ import annotations

from collections.abc import Sequence

from adoptive.workbench.figures.charts import DataTable, Figure, draw
from adoptive.workbench.figures.flow import flow_chart
from adoptive.workbench.figures.types import Box as Drawn
from adoptive.workbench.report.data import Run
from adoptive.workbench.report.words import Box, Flow, FlowOfArm, flow

__all__ = ["flow_figure"]

COUNTED = {
    "1": "one infusion", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven", "8": "eight",
}  # fmt: skip


def flow_figure(run: Run) -> Figure:
    """Draw the flow from screening to the arms: medians over all trials."""
    of = flow(run)
    above = _above(of)
    arms = [_arm(arm) for arm in of.arms]
    treated = ", ".join(f"{arm.treated.count} of {arm.assigned.count} in {arm.name}" for arm in of.arms)
    caption = (
        f"Medians over {run.summary['trials']:,} simulated trials; in brackets the 5th to 95th percentile where trials "
        "differ. Medians need not add up."
    )
    stopped = f" Stopped at a look before the last, share of trials: {', '.join(of.stopped)}." if of.stopped else ""
    return draw(
        "flow-of-patients", "Flow of patients", caption=caption + stopped, finding=f"Treated as assigned: {treated}.",
        chart=lambda size: flow_chart(above, arms, size=size), table=_table(of),
    )  # fmt: skip


def _above(of: Flow) -> list[Drawn]:
    boxes = [Drawn(_counted(item, "Screened")) for item in of.screened]
    if of.failures:
        boxes.append(Drawn("Not entered", tuple(_counted(item) for item in of.failures), aside=bool(of.screened)))
    return [*boxes, Drawn(_counted(of.entered, of.entered.name.capitalize()))]


def _arm(arm: FlowOfArm) -> list[Drawn]:
    """Give an arm's boxes: who was assigned, who was treated and who was not, who crossed over."""
    screening = tuple(_counted(item, _apart(item.name, arm.name)) for item in (*arm.screened, *arm.failures))
    boxes = [Drawn(_counted(arm.assigned, arm.name), screening)]
    done = "infused" if arm.cells else "treated"
    given = tuple(_counted(item, COUNTED.get(item.name, item.name)) for item in arm.infusions)
    missed = tuple(_counted(item, f"not {done}, {item.name}") for item in arm.lost)
    boxes.append(Drawn(_counted(arm.treated, done.capitalize()), (*given, *missed)))
    return boxes + [Drawn(_counted(item, "Crossed over to the cells")) for item in arm.crossed]


def _apart(name: str, arm: str) -> str:
    """Leave the arm's name out of a line in the arm's own box."""
    return name.replace(f" for {arm}", "").replace(f" to {arm}", "")


def _counted(box: Box, name: str = "") -> str:
    spread = f" ({box.spread})" if box.spread else ""
    return f"{name or box.name}: {box.count}{spread}"


def _table(of: Flow) -> DataTable:
    rows: list[tuple[str, str, str, str]] = []

    def put(whom: str, boxes: Sequence[Box], name: str = "", *, arm: str = "") -> None:
        rows.extend((whom, name or _apart(box.name, arm), box.count, box.spread or "–") for box in boxes)

    put("all", of.screened, "screened")
    put("all", [*of.failures, of.entered])
    for arm in of.arms:
        put(arm.name, [*arm.screened, *arm.failures], arm=arm.name)
        put(arm.name, [arm.assigned], "assigned")
        put(arm.name, [arm.treated], "infused" if arm.cells else "treated")
        for item in arm.infusions:
            put(arm.name, [item], f"infusions: {item.name}")
        put(arm.name, arm.lost)
        put(arm.name, arm.crossed, "crossed over to the cells")
    return DataTable(("whom", "what", "median", "90 % of trials"), rows)

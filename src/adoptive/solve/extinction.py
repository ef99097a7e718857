"""Decide the fate of populations that fall below one cell: a rule of the model, not an accident of the tolerance.

Where the sum of a population's states falls below one cell, all of it dies with chance min(1, death/birth), the chance
that the line of one cell of a birth and death process ends (Kendall 1948, 10.1214/aoms/1177730285), or goes on as one
cell. A jump that leaves n < 1 cells leaves a cell with chance n, so there the chance to live on is n (1 - death/birth).

Each fall has a draw of its own: the patient's given draw for the first, then a hash of it and the number of the fall. A
line that lives on and is held down is no new fall: it is kept at one cell and judged with the same draw at the rates
of the day, until it has reached two cells and is a population again. Otherwise the number of steps would decide.
"""

from __future__ import annotations

from adoptive.solve.dense import HALVINGS, NEVER, read_dense
from adoptive.solve.diary import CLONE_COLUMNS, DEAD, DECISIONS, ENDED, ESTABLISHED, ONE_CELL, WATCHED
from adoptive.solve.draws import fresh_draw
from adoptive.solve.lanes import (
    ACCEPTED,
    CLONE,
    CUT,
    HELD,
    PATIENT,
    RATES,
    Doubles,
    Lanes,
    call,
    compiled,
    seldom,
    whole,
)

__all__ = ["decide_clones", "decide_jumped", "locate_clones", "note_cells", "some_clone_fell"]

POPULATION_AGAIN = 2.0  # cells at which a line that hung on one cell is a population again


@compiled
def _cells(lanes: Lanes, w: int, c: int, values: Doubles) -> float:
    """Return the sum of clone c's states in lane w."""
    total = 0.0
    for k in range(lanes.clone_first[c], lanes.clone_first[c + 1]):
        total += values[lanes.clone_state[k] * lanes.width + w]
    return total


@compiled
def _page(lanes: Lanes, w: int, c: int) -> int:
    """Return where clone c stands in the diary of lane w's patient."""
    at: int = lanes.book[PATIENT * lanes.width + w] * lanes.columns + lanes.clone_column + CLONE_COLUMNS * c
    return at


@compiled
def _falls(lanes: Lanes, w: int, c: int, before: float, after: float) -> bool:
    """Tell whether clone c falls below one cell, or hangs on one cell and is held down."""
    if after >= 1.0:
        return False
    if before >= 1.0:
        return True
    held: bool = lanes.book[HELD * lanes.width + w] > 0 and lanes.diary[_page(lanes, w, c) + WATCHED] == ONE_CELL
    return held


@seldom
def _note_populations(lanes: Lanes, w: int) -> None:
    """Count anew the clones of lane w that are not populations, after freeing those that became one again."""
    held = 0
    for c in range(lanes.clones):
        at = _page(lanes, w, c) + WATCHED
        if lanes.diary[at] != ESTABLISHED:
            if _cells(lanes, w, c, lanes.new) >= POPULATION_AGAIN:
                lanes.diary[at] = ESTABLISHED
            else:
                held += 1
    lanes.book[HELD * lanes.width + w] = held


@compiled
def some_clone_fell(lanes: Lanes, w: int) -> bool:
    """Tell whether lane w's accepted step takes a clone below one cell."""
    fell = False
    for c in range(lanes.clones):
        after = _cells(lanes, w, c, lanes.new)
        if after < 1.0 and _falls(lanes, w, c, _cells(lanes, w, c, lanes.y), after):
            fell = True
    if lanes.book[HELD * lanes.width + w] > 0:
        _note_populations(lanes, w)
    return fell


@seldom
def _cells_inside(lanes: Lanes, w: int, c: int, s: float) -> float:
    total, n = 0.0, lanes.states * lanes.width
    for k in range(lanes.clone_first[c], lanes.clone_first[c + 1]):
        total += read_dense(lanes, n, lanes.clone_state[k] * lanes.width + w, s)
    return total


@seldom
def locate_clones(lanes: Lanes, w: int) -> None:
    """Find where each clone of lane w falls below one cell, and cut the step at the first such place.

    A clone that begins the step as one cell is judged at the step's end.
    """
    width = lanes.width
    for c in range(lanes.clones):
        before, after = _cells(lanes, w, c, lanes.y), _cells(lanes, w, c, lanes.new)
        lanes.clone_crossing[c * width + w] = NEVER
        if _falls(lanes, w, c, before, after):
            hangs = lanes.diary[_page(lanes, w, c) + WATCHED] == ONE_CELL
            above, below = 0.0, 1.0
            for _ in range(HALVINGS if before > 1.0 and not hangs else 0):
                middle = 0.5 * (above + below)
                if _cells_inside(lanes, w, c, middle) < 1.0:
                    below = middle
                else:
                    above = middle
            lanes.clone_crossing[c * width + w] = below
            lanes.clock[CUT * width + w] = min(lanes.clock[CUT * width + w], below)


@seldom
def _decide(lanes: Lanes, w: int, c: int, values: Doubles, cells: float) -> None:
    """Let clone c of lane w die, or go on as one cell; `cells` < 1 is the chance that there is a cell at all."""
    width, i, at = lanes.width, lanes.book[PATIENT * lanes.width + w], _page(lanes, w, c)
    if lanes.diary[at + WATCHED] != ONE_CELL:
        lanes.diary[at + DECISIONS] += 1.0
    draw = fresh_draw(lanes.draws[i * lanes.clones + c], whole(lanes.diary[at + DECISIONS]) - 1)
    birth, death = lanes.rates[lanes.clone_birth[c] * width + w], lanes.rates[lanes.clone_death[c] * width + w]
    lives = cells > 0.0 and birth > death and draw >= 1.0 - cells * (1.0 - death / birth)
    total, first = _cells(lanes, w, c, values), lanes.clone_first[c]
    single = lanes.clone_first[c + 1] == first + 1 or total <= 0.0
    for k in range(first, lanes.clone_first[c + 1]):
        place = lanes.clone_state[k] * width + w
        scaled = (1.0 if k == first else 0.0) if single else values[place] / total
        values[place] = scaled if lives else 0.0
    lanes.diary[at + WATCHED] = ONE_CELL if lives else DEAD
    lanes.diary[at + ENDED] = 0.0 if lives else 1.0


@seldom
def decide_clones(lanes: Lanes) -> None:
    """Decide every clone that fell below one cell inside the steps just accepted."""
    width = lanes.width
    call(lanes.kernels[RATES], (lanes.new, lanes.p, lanes.rates))
    for w in range(width):
        if lanes.book[CLONE * width + w] and lanes.clock[ACCEPTED * width + w] > 0.0:
            cut = lanes.clock[CUT * width + w]
            for c in range(lanes.clones):
                before, after = _cells(lanes, w, c, lanes.y), _cells(lanes, w, c, lanes.new)
                if lanes.clone_crossing[c * width + w] <= cut or _falls(lanes, w, c, before, after):
                    _decide(lanes, w, c, lanes.new, 1.0)
            lanes.book[HELD * width + w] = lanes.clones  # counted at the next step


@seldom
def note_cells(lanes: Lanes, w: int) -> None:
    """Remember the size of lane w's clones before jumps."""
    for c in range(lanes.clones):
        lanes.clone_crossing[c * lanes.width + w] = _cells(lanes, w, c, lanes.y)


@seldom
def decide_jumped(lanes: Lanes) -> None:
    """Decide the clones that jumps brought below one cell, in the lanes that jumped."""
    width, known = lanes.width, False
    for w in range(width):
        for c in range(lanes.clones if lanes.clock[ACCEPTED * width + w] > 0.0 else 0):
            cells = _cells(lanes, w, c, lanes.y)
            if _falls(lanes, w, c, lanes.clone_crossing[c * width + w], cells):
                if not known:
                    call(lanes.kernels[RATES], (lanes.y, lanes.p, lanes.rates))
                    known = True
                _decide(lanes, w, c, lanes.y, max(cells, 0.0))
                lanes.book[HELD * width + w] = lanes.clones

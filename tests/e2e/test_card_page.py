"""The card in a real browser: alone, without accessibility violations, within the page and the paper."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

for folder in (Path(__file__).parent, Path(__file__).parents[1] / "workbench" / "match" / "card"):
    sys.path.append(str(folder))

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def card_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the card of a synthetic patient, with a trial of every fit."""
    import made_matches as made

    from adoptive.workbench.match.card import write_card
    from adoptive.workbench.mistakes import Mistake

    left_out = [Mistake("records/broken.json", "not JSON", "{")]
    out = tmp_path_factory.mktemp("card") / "card"
    return write_card(out, made.patient(), made.matches(), left_out=left_out, made_on=made.DAY) / "report.html"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_card_stands_alone_fits_and_has_no_violation(browser: Browser, card_file: Path, width: int, dark: bool) -> None:
    from test_report_in_browser import AXE, CONTRAST, opened

    package = pytest.importorskip("axe_playwright_python")
    page, asked = opened(browser, card_file, width=width, dark=dark)
    assert asked == [card_file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRAST) == []
    page.evaluate((Path(package.__file__).parent / "axe.min.js").read_text("utf-8"))
    assert page.evaluate(AXE) == []
    page.context.close()


def test_card_prints_within_the_paper_and_the_questions_on_one_page(browser: Browser, card_file: Path) -> None:
    from test_report_in_browser import WIDER_THAN_PAPER, opened

    page, _ = opened(browser, card_file, width=1280)
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.set_viewport_size({"width": 718, "height": 1000})
    page.emulate_media(media="print")
    assert page.evaluate(WIDER_THAN_PAPER) == []
    assert page.evaluate("document.getElementById('questions-part').getBoundingClientRect().height") < 900
    page.context.close()

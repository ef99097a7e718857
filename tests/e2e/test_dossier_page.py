"""The dossier in a real browser: alone, without accessibility violations, within the page and the paper."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

for folder in (Path(__file__).parent, Path(__file__).parents[1] / "workbench" / "dossier"):
    sys.path.append(str(folder))

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a dossier of recorded results with every part that can be given."""
    pytest.importorskip("SALib")
    from recorded import write_all

    from adoptive.workbench.dossier.build import build_dossier
    from adoptive.workbench.dossier.page import as_html
    from adoptive.workbench.dossier.types import Asked

    out = tmp_path_factory.mktemp("dossier")
    (out / "dossier.html").write_text(as_html(build_dossier(Asked(**write_all(out), compute=False))), "utf-8")
    return out / "dossier.html"


@pytest.mark.parametrize("width", [1280, 320])
def test_page_stands_alone_fits_and_has_no_violation(browser: Browser, page_file: Path, width: int) -> None:
    from test_report_in_browser import AXE, CONTRAST, OVERLAPS, opened

    package = pytest.importorskip("axe_playwright_python")
    page, asked = opened(browser, page_file, width=width)
    assert asked == [page_file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(CONTRAST) == []
    page.evaluate((Path(package.__file__).parent / "axe.min.js").read_text("utf-8"))
    assert page.evaluate(AXE) == []
    page.context.close()


def test_page_prints_within_the_paper(browser: Browser, page_file: Path) -> None:
    from test_report_in_browser import WIDER_THAN_PAPER, opened

    page, _ = opened(browser, page_file, width=1280)
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.set_viewport_size({"width": 718, "height": 1000})
    page.emulate_media(media="print")
    assert page.evaluate(WIDER_THAN_PAPER) == []
    page.context.close()

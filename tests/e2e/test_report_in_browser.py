"""The report in a real browser: nothing is fetched, nothing sticks out, nothing overlaps, at desk and phone width."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.e2e

OVERLAPS = """() => [...document.querySelectorAll('figure svg')].flatMap(svg => {
  if (!svg.getBoundingClientRect().width) return [];
  const labels = [...svg.querySelectorAll('.role-axis-label text, .role-legend-label text')]
    .map(label => [label.textContent, label.getBoundingClientRect()]).filter(([, box]) => box.width > 0);
  return labels.flatMap(([text, a], i) => labels.slice(i + 1)
    .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
    .map(([other]) => svg.querySelector('title').textContent + ': ' + text + ' / ' + other));
})"""

CONTRAST = """() => {
  const light = c => { const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => x / 255)
    .map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
    return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
  const back = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (!c.endsWith(', 0)')) return c; } return 'rgb(255,255,255)'; };
  return [...document.querySelectorAll('p, li, td, th, dd, dt, figcaption, a, .mark, .label, .spread')].map(e => {
    const [a, b] = [light(getComputedStyle(e).color), light(back(e))].sort((x, y) => y - x);
    return [(a + .05) / (b + .05), e.textContent.slice(0, 40)]; }).filter(([ratio]) => ratio < 4.5);
}"""


MOST_PAGES = 20  # of the small study, on A4
PICTURES = 14  # of the small study

WIDER_THAN_PAPER = """() => [...document.querySelectorAll('figure svg, table, pre, p, dl')]
  .filter(e => e.getBoundingClientRect().width && e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.tagName + ' ' + (e.getAttribute('aria-label') || e.textContent.slice(0, 60)))"""

OPEN_SHORT = """() => {
  document.querySelectorAll('tbody tr:nth-child(n+13)').forEach(row => row.remove());
  document.querySelectorAll('details.data').forEach(one => { one.open = true; });
}"""
"""Opens the numbers behind the figures; of long tables the first rows stay, the others are made alike."""

AXE = """async () => (await axe.run({exclude: [['figure svg g']]}, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'],
})).violations.map(found => [found.id, found.nodes.slice(0, 3).map(node => node.html)])"""
"""Violations of WCAG 2 A and AA that axe-core finds, with the elements; a picture's inside is presentation alone."""


def opened(browser: Browser, report: Path, *, width: int, dark: bool = False) -> tuple[Page, list[str]]:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", offline=True
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(message.text))
    page.goto(report.as_uri())
    return page, asked


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_opens_alone_and_fits(browser: Browser, report: Path, width: int) -> None:
    page, asked = opened(browser, report, width=width)
    assert asked == [report.as_uri()]
    assert page.title() == "small: simulated trial report"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (
        page.evaluate(
            "[...document.querySelectorAll('figure svg')].filter(s => s.getBoundingClientRect().width > 0).length"
        )
        == PICTURES
    )
    page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_no_label_lies_on_another(browser: Browser, report: Path, width: int) -> None:
    page, _ = opened(browser, report, width=width)
    assert page.evaluate(OVERLAPS) == []
    page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_trials_of_every_shape_fit_and_can_be_read(browser: Browser, shaped_report: Path, width: int) -> None:
    page, asked = opened(browser, shaped_report, width=width)
    assert asked == [shaped_report.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(CONTRAST) == []
    page.context.close()


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read(browser: Browser, report: Path, dark: bool) -> None:
    page, _ = opened(browser, report, width=1280, dark=dark)
    assert page.evaluate(CONTRAST) == []
    page.context.close()


def test_prints_whole_pages(browser: Browser, report: Path) -> None:
    page, _ = opened(browser, report, width=1280)
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert len(printed) > 20_000
    pages = max(int(count) for count in re.findall(rb"/Count (\d+)", printed))
    assert pages <= MOST_PAGES, "folded tables stay off paper"
    page.set_viewport_size({"width": 718, "height": 1000})  # the width of A4 less its margins
    page.emulate_media(media="print")
    assert page.evaluate(WIDER_THAN_PAPER) == []
    tall = "[...document.querySelectorAll('figure svg')].map(s => s.getBoundingClientRect().height)"
    assert max(page.evaluate(tall)) < 1000, "no picture is taller than a page"
    page.context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """Read axe-core from the package that brings it."""
    package = pytest.importorskip("axe_playwright_python")
    return (Path(package.__file__).parent / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="session")
def pages(report: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write one page of every kind."""
    from adoptive.workbench.cli import main

    out = tmp_path_factory.mktemp("pages")
    asked = {
        "facility": ("facility", "satri-cel", "--patients", "60", "--slots-per-month", "3", "--out", str(out / "f")),
        "escalation": ("escalate", "satri-cel", "--trials", "8", "--doses", "1e8,5e8", "--out", str(out / "e")),
    }
    for arguments in asked.values():
        with pytest.raises(SystemExit) as leaving:
            main([*arguments, "--seed", "1"])
        assert leaving.value.code == 0
    return {
        "report": report, "facility": out / "f" / "facility.html", "escalation": out / "e" / "escalation.html",
        "design": _designs(out),
    }  # fmt: skip


def _designs(out: Path) -> Path:
    """Write the page of four designs, simulated by the synthetic clinic."""
    from synthetic_clinic import SyntheticClinic, small_study

    from adoptive.workbench.design import Asked, combinations, designs_of, read_factor, vary
    from adoptive.workbench.design.figures import figures_of
    from adoptive.workbench.design.writing import page_with

    study = small_study()
    factors = [read_factor(text, study) for text in ("infusion.dose=0,2.5e8", "trial.n=30:60:30")]
    designs = designs_of(study, factors, combinations(factors, paired=False, most=20))
    asked = Asked(most_trials=20)
    varied = vary(study, factors, designs, asked, folder=out, workers=1, simulate=SyntheticClinic(), base=0)
    place = out / "designs.html"
    place.write_text(page_with(varied, figures_of(varied), "adoptive design small"), "utf-8")
    return place


LOOKS = [((1280, False), (390, True)), pytest.param(((1280, True), (390, False)), marks=pytest.mark.slow)]
"""Widths, and dark or light: crosswise at once, the other two where there is time."""


@pytest.mark.parametrize("looks", LOOKS, ids=["crosswise", "the others"])
@pytest.mark.parametrize("kind", ["report", "facility", "escalation", "design"])
def test_axe_finds_nothing_and_nothing_is_fetched(
    browser: Browser, axe: str, pages: dict[str, Path], kind: str, looks: tuple[tuple[int, bool], ...]
) -> None:
    for width, dark in looks:
        page, asked = opened(browser, pages[kind], width=width, dark=dark)
        page.evaluate(OPEN_SHORT)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(axe)
        assert page.evaluate(AXE) == [], (kind, width, dark)
        assert asked == [pages[kind].as_uri()]
        page.context.close()
    assert pages[kind].stat().st_size < 3_000_000

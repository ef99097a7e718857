"""The report in a real browser: nothing is fetched, nothing sticks out, nothing overlaps, at desk and phone width."""

from __future__ import annotations

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
        == 8
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


def test_prints(browser: Browser, report: Path) -> None:
    page, _ = opened(browser, report, width=1280)
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert len(printed) > 20_000
    page.context.close()

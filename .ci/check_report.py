"""Check a run's report: one file, no outside request, opens in a headless browser without an error.

Use: ``check_report.py FOLDER [BROWSER]``; without a browser only the text of the page is checked.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

LIMIT_BYTES = 3_000_000
LOADS = re.compile(
    r"""<(?:script|img|iframe|source|embed|audio|video)\b[^>]*\bsrc\s*=\s*["']?(?!data:|\#)([^"'\s>]+)"""
    r"""|<(?:link|image|use)\b[^>]*\bhref\s*=\s*["']?(?!data:|\#)([^"'\s>]+)"""
    r"""|url\(\s*["']?(?!data:|\#)([^"')]+)|@import\s+([^;]+)""",
    re.IGNORECASE,
)


def faults_of_text(page: Path) -> list[str]:
    """Give what is wrong with the file itself."""
    text = page.read_text("utf-8")
    faults = [f"loads {''.join(match)}" for match in LOADS.findall(text)]
    if page.stat().st_size > LIMIT_BYTES:
        faults.append(f"{page.stat().st_size} bytes, more than {LIMIT_BYTES}")
    if not re.search(r"<html[^>]*\blang=", text):
        faults.append("no language")
    if "imulated" not in text:
        faults.append("does not say that it is simulated")
    return faults


def faults_in_browser(page: Path, browser: str) -> list[str]:
    """Give what goes wrong when the page is opened at desktop and phone width."""
    from playwright.sync_api import sync_playwright

    faults: list[str] = []
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        for width in (1280, 390):
            tab = chromium.new_page(viewport={"width": width, "height": 900})
            tab.on(
                "request",
                lambda request: (
                    faults.append(f"asks for {request.url}"[:200])
                    if not request.url.startswith(("file:", "data:", "blob:"))
                    else None
                ),
            )
            tab.on("pageerror", lambda error: faults.append(f"script error: {error}"))
            tab.goto(page.resolve().as_uri())
            if not tab.title().strip():
                faults.append("no title")
            if len(tab.inner_text("body")) < 1000:
                faults.append("hardly any text")
            if tab.evaluate("document.documentElement.scrollWidth") > width + 1:
                faults.append(f"wider than a window of {width} pixels")
        chromium.close()
    return faults


def main(folder: str, browser: str = "") -> int:
    """Print the faults of every report below a folder; 1 if there are any or no report."""
    pages = sorted(Path(folder).rglob("report.html"))
    if not pages:
        print(f"no report.html below {folder}")
        return 1
    faults = [f"{page.parent.name}: {fault}" for page in pages for fault in faults_of_text(page)]
    if browser:
        faults += [f"{page.parent.name}: {fault}" for page in pages for fault in faults_in_browser(page, browser)]
    print("\n".join(faults) or f"{len(pages)} report opened, no fault{'' if browser else ' (no browser: text only)'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))

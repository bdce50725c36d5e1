"""Pictures of every view of the page for the documentation: docs/figures/web-*.png.

    opendome run may-2021 --replications 20 -o results/may-2021        # as make demo does
    opendome run may-2021 --replications 20 --seed 7 -o results/another
    opendome study rounds-per-target -o results/rounds
    opendome plan billion-2021 -o results/billion-2021                 # as make plan does
    python scripts/shoot_page.py results [VIEW ...]

Wants Debian's chromium and the [test] extra.  Software rendering: a minute of CPU.
"""

import shutil
import sys
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from opendome.web import listen, server

FIGURES = Path(__file__).parents[1] / "docs" / "figures"
SIZE = {"width": 1280, "height": 720}
ARGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
BARRAGE = "'2021-05-11T20:49:00+03:00'"
CAMERA = "&cam=34.72,31.82,8.7,50,-15"
READY = "window.__state && window.__state().every((side) => side && side.ready)"
SETTLE_MS = 4000  # the map places its names


def until(page: Page, expression: str) -> None:
    """Wait; the page forbids the `eval` with which Playwright would."""
    for _ in range(900):
        if page.evaluate(f"() => !!({expression})"):
            return
        page.wait_for_timeout(100)
    raise SystemExit(f"never true: {expression}")


def replay(page: Page) -> None:
    until(page, READY)
    page.evaluate(f"() => window.__set({BARRAGE})")
    until(page, READY)


def story(page: Page) -> None:
    replay(page)
    page.locator(".flying button").nth(2).click()
    until(page, "document.querySelector('.story .verdict')")


def workbench(page: Page) -> None:
    page.locator("button.battery").first.wait_for()
    page.locator("summary", has_text="Doctrine").click()


def study(page: Page) -> None:
    page.locator(".charts").first.wait_for()
    page.locator(".charts").first.scroll_into_view_if_needed()
    page.locator(".charts .chart").first.hover()


VIEWS: dict[str, tuple[str, str, Any]] = {
    "replay": ("?a={run}" + CAMERA, "dark", replay),
    "story": ("?a={run}" + CAMERA, "light", story),
    "sides": ("?a={run}&b={other}" + CAMERA, "light", replay),
    "campaign": ("?view=campaign&a={run}", "light", None),
    "workbench": ("?view=workbench&scenario=shipped:may-2021", "light", workbench),
    "study": ("?view=study&study=rounds", "light", study),
    "plan": ("?view=plan", "light", None),
}


def shoot(browser: Browser, url: str, name: str, names: dict[str, str]) -> None:
    address, theme, act = VIEWS[name]
    page = browser.new_page(viewport=SIZE, color_scheme=theme)
    page.goto(url + address.format(**names))
    if act:
        act(page)
    page.wait_for_timeout(SETTLE_MS)
    until(page, "!document.querySelector('.notice.loading')")
    page.wait_for_timeout(SETTLE_MS // 2)
    path = FIGURES / f"web-{name}.png"
    Image.open(BytesIO(page.screenshot())).convert("RGB").save(path, optimize=True)
    print(f"{path}: {path.stat().st_size // 1000} kB")
    page.close()


def main(folder: Path, wanted: list[str]) -> None:
    options = listen.options(None, "127.0.0.1", None, folder.parent, 600.0, 1, None)
    socket = listen.bind("127.0.0.1", 0)
    url = listen.address(socket, "127.0.0.1")
    running = uvicorn.Server(uvicorn.Config(server.make(options)[0], log_level="warning"))
    threading.Thread(target=running.run, kwargs={"sockets": [socket]}, daemon=True).start()
    entries = server.Library(None, options.roots).entries()
    runs = [e.id for e in entries if e.kind == "run" and e.traced and e.name == "may-2021"]
    kinds = {e.kind for e in entries}
    if len(runs) < 2:
        raise SystemExit(f"{folder}: want two traced runs of may-2021")
    names = {"run": runs[-1], "other": runs[0]}
    with sync_playwright() as playwright:
        where = shutil.which("chromium") or "chromium"
        browser = playwright.chromium.launch(executable_path=where, args=ARGS)
        for name in wanted or VIEWS:
            if name in ("study", "plan") and name not in kinds:
                print(f"web-{name}.png: no {name} in {folder}; left as it was")
                continue
            shoot(browser, url, name, names)
        browser.close()
    running.should_exit = True


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2:])

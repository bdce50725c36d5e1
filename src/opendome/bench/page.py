"""What somebody waits for who opens eleven days in the browser: server, bytes, browser."""

import shutil
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from opendome.bench.rows import Row

TITLE = "Replay of may-2021, one traced replication, over loopback"
REPEATS = 5
WINDOW_S = 1800.0  # what the page asks for at a time
MARK = "(name) => performance.getEntriesByName(`opendome:${name}`)[0].startTime / 1000"
ARGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def measure(full: bool) -> list[Row]:
    """Run the benchmark; `full`: also the page in chromium, with software rendering."""
    import opendome

    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder) / "results" / "may-2021"
        opendome.run("may-2021", replications=1).save(where)
        rows = _server(where)
        return rows + (_browser(Path(folder)) if full else [])


def _server(where: Path) -> list[Row]:
    import opendome
    from opendome.web.replay import Trace

    result = opendome.open(where)
    start = time.process_time()
    trace = Trace(result, 0)
    first = trace.overview()
    opened = time.process_time() - start
    edges = np.arange(0.0, trace.scenario.clock.duration, WINDOW_S)
    sizes = [len(trace.window(t, t + WINDOW_S)) for t in edges]
    busiest = float(edges[int(np.argmax(sizes))])
    return [
        Row("tracks, of one replication", float(result.table("tracks").num_rows), "rows"),
        Row("first answer: all rockets, shots, warnings", opened, "CPU s"),
        Row("its size", len(first) / 1e6, "MB"),
        Row("busiest half hour", _cpu(lambda: trace.window(busiest, busiest + WINDOW_S)), "CPU s"),
        Row("its size", max(sizes) / 1e6, "MB"),
        Row("all half hours together", sum(sizes) / 1e6, "MB"),
    ]


def _cpu(work: Any) -> float:
    taken = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return median(taken)


def _browser(folder: Path) -> list[Row]:
    """Seconds to the first rockets, there and on the map, and memory after all eleven days."""
    found = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return [Row("page: playwright is not installed ([test])", float("nan"), "s")]
    if found is None:
        return [Row("page: chromium is not installed", float("nan"), "s")]
    with _listening(folder) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(url + "icon.svg")  # chromium itself is up
        page.goto(url)
        _until(page, "window.__state && window.__state()[0] && window.__state()[0].drawn")
        data, drawn = (page.evaluate(MARK, name) for name in ("data", "drawn"))
        end = page.evaluate("() => Number(document.querySelector('.range').max)")
        steps = []
        for t in np.arange(0.0, end, WINDOW_S):
            start = time.perf_counter()
            page.evaluate(f"() => window.__set({t})")
            _until(page, "window.__state()[0].ready")
            steps.append(time.perf_counter() - start)
        memory = _memory(browser)
        browser.close()
    return [
        Row("page open: code, rockets and tracks there", data, "s"),
        Row("page open: first picture of them, by software", drawn, "s"),
        Row("jump to another half hour, median", median(steps), "s"),
        Row("memory of the page after all eleven days", memory, "MB"),
    ]


def _until(page: Any, expression: str) -> None:
    for _ in range(6000):
        if page.evaluate(f"() => !!({expression})"):
            return
        page.wait_for_timeout(10)
    raise RuntimeError(f"never true: {expression}")


def _memory(browser: Any) -> float:
    """Proportional set size of the page's process, MB: script, typed arrays, everything."""
    info = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    pids = [p["id"] for p in info["processInfo"] if p["type"] == "renderer"]
    sizes = []
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                sizes.append(float(line.split()[1]) * 1024.0 / 1e6)
    return max(sizes, default=float("nan"))


class _listening:
    """A server over a folder while the context is open; its address."""

    def __init__(self, folder: Path) -> None:
        import uvicorn

        from opendome.web import listen, server

        options = listen.options(None, "127.0.0.1", None, folder, 60.0, 1, None)
        self.socket = listen.bind("127.0.0.1", 0)
        config = uvicorn.Config(server.make(options)[0], log_level="warning", access_log=False)
        self.server = uvicorn.Server(config)

    def __enter__(self) -> str:
        import threading

        from opendome.web import listen

        work = {"sockets": [self.socket]}
        threading.Thread(target=self.server.run, kwargs=work, daemon=True).start()
        return listen.address(self.socket, "127.0.0.1")

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True

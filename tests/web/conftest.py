"""A real server over a small result, and a real browser.

Debian's chromium through Playwright.  Where there is none the browser tests are skipped, with
CI=true they fail: scripts/need.sh installs it.
"""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import opendome as od

REPLICATIONS = 4
SCREENS = Path(__file__).parents[2] / "build" / "screens"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip
#: What chromium says of software rendering, and luma.gl of its shaders.
NOISE = ("GPU stall due to ReadPixels", "GL Driver Message", "luma.gl")


@contextmanager
def started(folder, *words, **environment):
    """A server of its own over a folder; its address."""
    command = [sys.executable, "-m", "opendome", "serve", "--json", "--port", "0", *words]
    process = subprocess.Popen(
        [*command, "--folder", str(folder), "--workers", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | environment,
    )  # fmt: skip
    try:
        said = ""
        while not said.rstrip().endswith("}"):
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(process.stderr.read())
            said += line
        yield json.loads(said)["url"].rstrip("/")
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with two traced results of two-towns: another seed, so another evening."""
    made = tmp_path_factory.mktemp("served")
    for name, seed in (("first", 7), ("second", 8)):
        result = od.run("two-towns", replications=REPLICATIONS, seed=seed, trace=(0, 1))
        result.save(made / "results" / name)
    return made


@pytest.fixture(scope="session")
def result(folder):
    """The first of them."""
    return od.open(folder / "results" / "first")


@pytest.fixture(scope="session")
def url(folder):
    """Address of a server that shows it."""
    with started(folder, str(folder / "results" / "first")) as address:
        yield address


@pytest.fixture(scope="session")
def client(url):
    """Requests to that server."""
    with httpx.Client(base_url=url, timeout=60.0) as made:
        yield made


@pytest.fixture(scope="session")
def browser():
    """Chromium."""
    if CHROMIUM is None:
        why = "no chromium (apt-get install chromium): the page was not tested"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGS)
        yield made
        made.close()


@pytest.fixture
def page(browser, url, request):
    """A page of the size of a small laptop; fails if it said or loaded what it should not."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme="dark")
    made = context.new_page()
    wrong: list[str] = []
    made.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    made.on("console", lambda m: wrong.append(f"{m.type}: {m.text}") if _loud(m) else None)
    made.on("request", lambda r: wrong.append(f"outside: {r.url}") if _outside(r, url) else None)
    made.expected = []  # words of console errors that a test provokes
    yield made
    SCREENS.mkdir(parents=True, exist_ok=True)
    made.screenshot(path=SCREENS / f"{request.node.name}.png")
    context.close()
    left = [w for w in wrong if not any(word in w for word in made.expected)]
    assert not left, left


def _loud(message):
    return message.type in ("error", "warning") and not any(n in message.text for n in NOISE)


def _outside(request, url):
    return not request.url.startswith((url, "data:", "blob:"))


@pytest.fixture
def until(page):
    """Wait until a JavaScript expression is true: `until("window.__state")`.

    By asking again and again, since the page forbids `eval`, with which Playwright waits.
    """

    def wait(expression, seconds=60.0):
        for _ in range(int(seconds * 10)):
            found = page.evaluate(f"() => {expression}")
            if found:
                return found
            page.wait_for_timeout(100)
        raise AssertionError(f"never true: {expression}")

    return wait


@pytest.fixture(scope="session")
def new_server():
    """`started`, for tests that want a server of their own."""
    return started


@pytest.fixture(scope="session")
def described(url):
    """The server by its OpenAPI description."""
    import schemathesis

    return schemathesis.openapi.from_url(f"{url}/api/openapi.json")

"""The page in a real browser: what it shows is what the result holds."""

import numpy as np
import pytest
from click.testing import CliRunner

from opendome import frames, scenario
from opendome.cli import main

SHOWN = "window.__state && window.__state()[0] && window.__state()[0].ready && window.__state()[0]"


@pytest.fixture
def replay(page, until, url):
    """The replay, open, with its clock at a time: `replay(7200.0)`."""

    def at(time, query=""):
        if "__state" not in page.evaluate("() => Object.keys(window)"):
            page.goto(f"{url}/{query}")
        until(SHOWN)
        page.evaluate(f"() => window.__set({time})")
        return until(f"{SHOWN} && Math.abs(window.__state()[0].t - {time}) < 0.01 && {SHOWN}")

    return at


def truth(result, rep=0):
    """Rockets and outcomes of a replication as arrays."""
    found = {}
    for name in ("rockets", "outcomes", "shots", "warnings", "stock", "tracks"):
        table = result.table(name)
        table = table.filter(table["rep"].to_numpy() == rep)
        found[name] = {c: table[c].to_numpy(zero_copy_only=False) for c in table.column_names}
    return found


def middle(result):
    """A time at which several rockets and an interceptor fly."""
    t = truth(result)
    shots = t["shots"]
    times = 0.5 * (shots["launch_time_s"] + shots["intercept_time_s"])
    launched, ended = t["rockets"]["launch_time_s"], t["outcomes"]["time_s"]
    flying = [np.sum((launched <= s) & (ended > s)) for s in times]
    return float(np.floor(times[int(np.argmax(flying))])) + 0.5


def test_replay__shows_what_the_result_holds(replay, result, page):
    t = truth(result)
    now = middle(result)
    shown = replay(now)
    launched, ended = t["rockets"]["launch_time_s"], t["outcomes"]["time_s"]
    flying = np.flatnonzero((launched <= now) & (ended > now))
    assert sorted(shown["bodies"]) == flying.tolist()
    counts = shown["counts"]
    assert counts["launched"] == np.sum(launched <= now)
    assert counts["flying"] == len(flying)
    for outcome in ("intercepted", "leaked", "open", "short", "sea"):
        want = np.sum((t["outcomes"]["outcome"] == outcome) & (ended <= now))
        assert counts.get(outcome, 0) == want
        told = page.locator(f"[data-count={outcome}] dd").inner_text()
        assert int(told.replace(",", "")) == want
    shots = t["shots"]
    inside = (shots["launch_time_s"] <= now) & (shots["intercept_time_s"] > now)
    assert sorted(shown["rounds"]) == shots["shot"][inside].tolist()
    k = np.searchsorted(t["stock"]["time_s"], now, side="right") - 1
    assert shown["stock"] == t["stock"]["rounds"][k]
    tracks = t["tracks"]
    kept = tracks["track"][(tracks["time_s"] <= now) & (tracks["time_s"] > now - 1.0)]
    assert sorted(shown["tracks"]) == sorted(set(kept.tolist()))


def test_replay__clicks_through_a_rockets_story(replay, result, page, until, url):
    t = truth(result)
    shots = t["shots"]
    rocket = int(shots["rocket"][shots["result"] == "kill"][0])
    launch, end = t["rockets"]["launch_time_s"][rocket], t["outcomes"]["time_s"][rocket]
    now = round(0.6 * launch + 0.4 * end, 1)
    shown = replay(now)
    page.wait_for_timeout(1500)  # the map settles: software rendering
    x, y = until(f"{SHOWN}.screen[{rocket}]")
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    until("document.querySelector('.story:not([hidden]) .facts')")
    chosen = page.evaluate("() => window.__state()[0].chosen")
    assert chosen in shown["bodies"]  # a neighbour may cover it; then that one's story is shown
    page.locator(f".flying [data-rocket='{rocket}']").click()
    until(f"document.querySelector('.story h2').textContent === 'Rocket {rocket}'")
    until("document.querySelector('.story .verdict')")
    text = page.locator(".story").inner_text()
    assert "Intercepted after" in text
    assert "fire" in text
    assert "kill" in text
    assert page.locator(".story canvas").count() == 3
    assert f"sel={rocket}" in page.url
    page.goto(page.url)  # the link opens the same view
    again = until(f"{SHOWN} && window.__state()[0].chosen === {rocket} && {SHOWN}")
    assert abs(again["t"] - now) < 0.06
    page.keyboard.press("Escape")
    until("document.querySelector('.story').hidden")


def test_replay__works_from_the_keyboard(replay, page, until):
    shown = replay(7200.0)
    page.locator("body").click(position={"x": 640, "y": 22})
    page.keyboard.press("ArrowRight")
    assert until(f"{SHOWN}.t") == shown["t"] + 1.0
    page.keyboard.press("Shift+ArrowLeft")
    assert until(f"{SHOWN}.t") == shown["t"] - 59.0
    page.keyboard.press("n")
    after = until(f"{SHOWN}.t")
    assert after > shown["t"]
    page.keyboard.press("Space")
    until(f"{SHOWN}.t > {after} + 1")
    page.keyboard.press("Space")
    page.evaluate("() => window.__set(7530)")
    until(f"{SHOWN}.bodies.length > 0")
    for _ in range(60):  # by Tab alone to a rocket in the list
        page.keyboard.press("Tab")
        if page.evaluate("() => !!document.activeElement.dataset.rocket"):
            break
    page.keyboard.press("Enter")
    until("document.querySelector('.story:not([hidden]) .verdict')")


def test_replay__jumps_to_a_barrage_and_follows_a_rocket(replay, page, until, result):
    replay(7200.0)
    choice = page.locator("select[aria-label='jump to a barrage']")
    option = choice.locator("option", has_text="evening barrage")
    start = float(option.get_attribute("value"))
    choice.select_option(option.get_attribute("value"))
    assert until(f"{SHOWN}.t") == start
    t = truth(result)
    shots = t["shots"]
    rocket = int(shots["rocket"][shots["result"] == "kill"][0])
    launch, end = t["rockets"]["launch_time_s"][rocket], t["outcomes"]["time_s"][rocket]
    shown = replay(round(0.5 * (launch + end), 1))
    page.locator(f".flying [data-rocket='{rocket}']").click()
    page.locator("#follow").check()
    page.keyboard.press("Escape")  # of the box: the story closes, nobody is followed
    page.evaluate(f"() => window.__set({shown['t']})")
    page.locator(f".flying [data-rocket='{rocket}']").click()
    seen = []
    for share in (0.4, 0.7):
        now = round(launch + share * (end - launch), 1)
        shown = replay(now)
        seen.append((shown["camera"]["lon"], shown["camera"]["lat"]))
        rows = result.table("flights").to_pandas().query(f"rep == 0 and rocket == {rocket}")
        want = [np.interp(now, rows["time_s"], rows[a]) for a in ("x_m", "y_m")]
        place = frames.enu(*seen[-1][::-1], 0.0, result_origin(result))
        assert np.hypot(place[0] - want[0], place[1] - want[1]) < 200.0  # nodes, joined by lines
    assert seen[0] != seen[1]


def result_origin(result):
    m = result.manifest["scenario"]
    return scenario.parse(m["text"], m["name"]).tables().origin


@pytest.mark.parametrize("view", ["replay", "campaign", "workbench", "study", "plan"])
def test_page__fits_a_tablet(page, until, url, view):
    page.set_viewport_size({"width": 768, "height": 1024})
    page.goto(f"{url}/?view={view}")
    until("document.querySelector('main') && !document.querySelector('.notice.loading')")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 768
    bar = page.locator("header.top").bounding_box()
    for link in page.locator("header.top a, header.top button, header.top select").all():
        box = link.bounding_box()
        assert box["x"] >= 0.0
        assert box["x"] + box["width"] <= bar["width"] + 0.5
    assert page.locator("nav a.on").inner_text()  # says where one is


def test_replay__two_sides_share_the_clock_and_the_camera(replay, page, until):
    replay(7530.0, "?a=first&b=second")
    until("window.__state().length === 2 && window.__state()[1].ready")
    a, b = page.evaluate("() => window.__state()")
    assert a["t"] == b["t"] == 7530.0
    assert page.locator(".side").count() == 2
    assert a["bodies"]
    page.mouse.move(330, 300)
    page.mouse.down()
    page.mouse.move(400, 330, steps=4)
    page.mouse.up()
    until("Math.abs(window.__state()[0].camera.lon - window.__state()[1].camera.lon) < 1e-6")
    assert page.evaluate("() => window.__state()[0].camera.lon") != a["camera"]["lon"]


def test_errors__are_said_and_leave_a_way_out(page, until, url):
    page.expected.append("404")
    page.goto(f"{url}/?a=nothing")
    until("document.querySelector('.notice.error')")
    assert "no result 'nothing'" in page.locator(".notice.error").inner_text()
    page.locator("select[aria-label=result]").select_option("second")
    assert until(SHOWN)


def test_page__without_results_says_what_to_do(browser, new_server, tmp_path):
    with new_server(tmp_path) as url:
        context = browser.new_context()
        page = context.new_page()
        page.goto(url)
        page.locator(".notice.empty").wait_for()
        assert "make demo" in page.locator(".notice.empty").inner_text()
        context.close()


def test_page__asks_for_the_token(browser, new_server, folder):
    with new_server(folder, OPENDOME_TOKEN="a-token-of-the-tests") as url:
        context = browser.new_context()
        page = context.new_page()
        page.goto(url)
        page.locator("input[type=password]").fill("wrong-token-here")
        page.keyboard.press("Enter")
        page.get_by_text("this is not the token").wait_for()
        page.locator("input[type=password]").fill("a-token-of-the-tests")
        page.keyboard.press("Enter")
        page.locator(".time").wait_for()
        assert "a-token" not in page.url
        context.close()


def test_workbench__drags_a_battery_runs_and_compares(page, until, url, folder):
    page.goto(f"{url}/?view=workbench&scenario=shipped:two-towns")
    marker = page.locator("button.battery")
    marker.wait_for()
    page.wait_for_timeout(1500)
    page.locator("summary", has_text="A").first.click()
    latitude = page.locator("input[data-key=lat_deg]").first
    before = float(latitude.input_value())
    page.locator("input[data-key=replications]").fill("4")
    page.get_by_role("button", name="Run", exact=True).click()
    until("document.querySelector('.run a')", 120)
    box = marker.bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] - 60, steps=6)
    page.mouse.up()
    until(f"Math.abs(document.querySelector('input[data-key=lat_deg]').value - {before}) > 0.01")
    moved = float(latitude.input_value())
    assert moved > before  # up is north
    marker.focus()  # the same from the keyboard
    page.keyboard.press("ArrowUp")
    until(f"document.querySelector('input[data-key=lat_deg]').value > {moved} + 0.009")
    page.get_by_role("button", name="undo").click()
    until(f"Math.abs(document.querySelector('input[data-key=lat_deg]').value - {moved}) < 1e-9")
    page.get_by_role("button", name="Run", exact=True).click()
    until("document.querySelector('.comparison')", 120)
    assert "paired over 4 common replications" in page.locator(".comparison").inner_text()
    page.locator("input[aria-label='name to save under']").fill("dragged")
    page.get_by_role("button", name="save").click()
    until("document.querySelector('.save').textContent.includes('saved as dragged.toml')")
    assert f"lat_deg      = {moved}" in (folder / "dragged.toml").read_text()
    checked = CliRunner().invoke(main, ["check", str(folder / "dragged.toml")])
    assert checked.exit_code == 0, checked.output  # it runs from the command line


def test_workbench__shows_what_is_wrong(page, until, url):
    page.goto(f"{url}/?view=workbench&scenario=shipped:two-towns")
    page.locator("button.battery").wait_for()
    page.get_by_role("tab", name="TOML").click()
    area = page.locator("textarea")
    area.fill(area.input_value().replace("salvos            = 2", "salvos = -2"))
    until("document.querySelector('.errors p')")
    assert "policy.salvos = -2" in page.locator(".left-pane .errors").inner_text()
    assert page.get_by_role("button", name="Run", exact=True).is_disabled()


def test_campaign__sorts_raids_and_leads_to_the_replay(page, until, url, result):
    page.goto(f"{url}/?view=campaign&a=first")
    page.locator(".raids-table tbody tr").first.wait_for()
    page.locator(".raids-table button.sort", has_text="Launched").click()
    first = page.locator(".raids-table tbody tr").first
    assert "evening barrage" in first.inner_text()
    assert page.locator(".campaign .chart canvas").count() == 4
    first.focus()
    page.keyboard.press("Enter")
    told = until(SHOWN)
    rockets = result.table("rockets")
    start = min(
        t
        for t, raid, rep in zip(
            *(rockets[c].to_pylist() for c in ("launch_time_s", "raid", "rep")), strict=True
        )
        if raid == 0 and rep == 0
    )
    assert told["t"] == np.floor(start)


def test_studies__say_what_to_do_when_there_are_none(page, url):
    page.goto(f"{url}/?view=study")
    page.locator(".notice.empty").wait_for()
    assert "opendome study" in page.locator(".notice.empty").inner_text()
    page.goto(f"{url}/?view=plan")
    page.locator(".notice.empty").wait_for()

"""The studies behind a plan: operations of many sizes, forces and doctrines in the full simulator.

Every point runs with ample stock, so its figures say what an operation asks for.  An operation of
another size is the scenario with all its launches scaled: the same days, denser or thinner.  Every
run is a replication of its own, so on random numbers and, of a calibrated scenario, on a draw of
the posterior of its own; the runs of a pair are the same replication.
Batteries beyond those of the scenario stand where siting.py puts them, spare radars beside the
first batteries.

The rows are kept as a small CSV beside the plan file, with what made them in its head.
"""

import json
import tempfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from math import degrees
from pathlib import Path
from typing import Any

import numpy as np

from opendome import engine, frames
from opendome.changes import changed
from opendome.errors import ScenarioError
from opendome.montecarlo import Progress
from opendome.plan import response
from opendome.plan.response import FACTORS, Force
from opendome.plan.setting import Package, force
from opendome.plan.siting import REACHED, Sites, grounds
from opendome.plan.spec import Plan
from opendome.study import execute
from opendome.study.factors import Factor
from opendome.study.file import Design
from opendome.study.manifest import fingerprint
from opendome.study.spec import Study

AMPLE = 1_000_000  # rounds in the depot: more than any operation fires
FIGURES = ("rounds_used", "leaked", "threatened", "intercepted", "engaged", "deaths")
COLUMNS = ("point", "rep", "pair", *FACTORS, *FIGURES)

Table = dict[str, np.ndarray]


def cache(plan: Plan) -> Path:
    """Where a plan's studies are kept: beside its file."""
    return plan.folder / f"{plan.name}.csv"


def key(plan: Plan) -> dict[str, Any]:
    """What the rows of the studies depend on, but for the program itself."""
    r = plan.file.response
    return {
        "scenario": plan.scenario.name,
        "scenario_sha256": plan.scenario.hash,
        "points": r.points,
        "replications": r.replications,
        "launches": [r.launches_low, r.launches_high],
        "threat": [r.threat_low, r.threat_high],
        "pairs": [r.sizes, r.paired],
        "doctrine": _doctrine(plan),
        "most": list(most(plan)),
        "seed": plan.file.seed,
    }


def most(plan: Plan) -> Force:
    """The most that can be bought of batteries, launchers and radars."""
    counts = {item.kind: item.most for item in plan.file.item}
    return Force(*(counts.get(kind, 0) for kind in ("battery", "launcher", "radar")))


def read(path: Path) -> tuple[dict[str, Any], Table] | None:
    """The head and the rows of a cache; None where there is none.

    Raises
    ------
    ScenarioError
        The file is no such cache.
    """
    if not path.is_file():
        return None
    lines = path.read_text("utf-8").splitlines()
    try:
        head = json.loads(lines[0].removeprefix("# "))
        names = lines[1].split(",")
        values = np.array([[float(v) for v in line.split(",")] for line in lines[2:]])
        table = {name: values[:, i] for i, name in enumerate(names)}
        whole = {name: table[name].astype(int) for name in ("point", "rep", "pair")}
        return head, {name: table[name] for name in COLUMNS} | whole
    except (IndexError, KeyError, ValueError):
        raise ScenarioError(
            f"{path}: not the studies of a plan, or of an older design (remake them: --studies)"
        ) from None


def write(path: Path, plan: Plan, table: Table) -> None:
    """Keep the rows, with what made them."""
    head = key(plan) | {"program": fingerprint(), "made_by": f"opendome plan {plan.name} --studies"}
    rows = zip(*(table[name] for name in COLUMNS), strict=True)
    lines = [",".join(f"{v:.8g}" for v in row) for row in rows]
    text = "\n".join([f"# {json.dumps(head)}", ",".join(COLUMNS), *lines, ""])
    path.write_text(text, "utf-8")


def current(plan: Plan, head: Mapping[str, Any]) -> bool:
    """Whether a cache was made for this plan's scenario and design, by this program."""
    wanted = key(plan) | {"program": fingerprint()}
    return all(head.get(name) == value for name, value in wanted.items())


def run(plan: Plan, workers: int = 1, progress: Callable[[Progress], None] | None = None) -> Table:
    """Run the studies.

    Raises
    ------
    StudyInterrupted
        Ctrl-C.
    """
    r, now, seed = plan.file.response, force(plan, Package()), plan.file.seed
    sites = further_sites(plan, most(plan).batteries + 1)
    alone = response.design(r, now, seed)
    paired = response.pairs(r, now, most(plan), _doctrine(plan))
    table = simulate(plan, alone, sites, r.replications, seed, workers, progress)
    table["pair"] = np.full(len(table["point"]), -1)
    if paired:
        first = len(alone) * r.replications  # replications that no other point has
        more = simulate(
            plan, paired, sites, r.paired, seed, workers, progress,
            firsts=[first + p["pair"] * r.paired for p in paired],
        )  # fmt: skip
        more["pair"] = np.array([p["pair"] for p in paired])[more["point"]]
        more["point"] = more["point"] + len(alone)
        table = {name: np.concatenate([table[name], more[name]]) for name in COLUMNS}
    return {name: table[name] for name in COLUMNS}


def _doctrine(plan: Plan) -> dict[str, Any]:
    """The factors of the doctrine at the plan's values, whole rounds."""
    v = plan.central
    return {"rounds_per_target": round(v["rounds_per_target"]), "threat_min": v["threat_min"]}


def further_sites(plan: Plan, more: int) -> np.ndarray:
    """Sites of the batteries beyond those of the scenario, (more, 2), degrees; best first."""
    from opendome.plan import siting

    setup = engine.prepare(plan.scenario)
    g = grounds(setup, plan.file.siting.step)[REACHED]
    found = siting.extended(g, more, plan.file.siting.unavailable)
    return degrees_of(plan, g.sites, found[-1])[g.in_service :]


def degrees_of(plan: Plan, sites: np.ndarray, chosen: Sites) -> np.ndarray:
    """Latitude and longitude of chosen sites."""
    o = plan.scenario.origin
    x, y = sites[list(chosen.rows)].T
    lat, lon, _ = frames.geodetic(x, y, np.zeros(len(x)), (degrees(o.lat), degrees(o.lon)))
    return np.round(np.column_stack([lat, lon]), 3)


def simulate(
    plan: Plan, points: list[dict[str, Any]], sites: np.ndarray, replications: int, seed: int,
    workers: int = 1, progress: Callable[[Progress], None] | None = None,
    firsts: Sequence[int] | None = None,
) -> Table:  # fmt: skip
    """Operations in the full simulator: a study with one design point each.

    Parameters
    ----------
    points : list of dict
        Factors, and `stock`: rounds at hand (ample where it is missing).
    sites : float array (m, 2), degrees
        For batteries beyond those of the scenario.
    firsts : sequence of int, optional
        Of each point, its first replication; by default the points share none.

    Returns
    -------
    dict, column -> (points x replications,)
        `point`, `rep`, the factors, and the ledger.
    """
    raw = tomllib.loads(plan.scenario.text)
    raw = changed(raw, plan.scenario.changes)
    variants = {str(i): changes(raw, point, sites) for i, point in enumerate(points)}
    first = [i * replications for i in range(len(points))] if firsts is None else firsts
    with tempfile.TemporaryDirectory() as folder:
        study = _study(plan, variants, replications, seed, tuple(first))
        found = execute.run(study, Path(folder) / "study", workers, progress=progress)
        table = found.table()
        ledger = {n: np.asarray(table[n].to_numpy()) for n in ("point", "rep", *FIGURES)}
    order = np.lexsort((ledger["rep"], ledger["point"]))
    ledger = {name: column[order] for name, column in ledger.items()}
    factors = {n: np.array([p[n] for p in points])[ledger["point"]] for n in FACTORS}
    return {**ledger, **factors}


def _study(
    plan: Plan, variants: dict[str, Any], replications: int, seed: int, first: tuple[int, ...]
) -> Study:
    """A study of one factor, whose levels are the points."""
    levels = tuple(variants)
    factor = Factor("operation", (), levels, variants, None, -np.inf, np.inf, "-", "", False)
    text = json.dumps({"plan": plan.hash, "variants": variants}, default=str)
    return Study(
        name=plan.name, text=text, title=plan.file.title, scenario=plan.scenario, seed=seed,
        factors=(factor,), design=Design(kind="grid"), replications=replications, precision=None,
        outputs=("rounds_used",), chunk=1, first=first,
    )  # fmt: skip


def changes(raw: Mapping[str, Any], point: Mapping[str, Any], sites: np.ndarray) -> dict[str, Any]:
    """What makes an operation out of the scenario: by path, as changes.py reads it."""
    made: dict[str, Any] = {
        "policy.rounds_per_target": int(point["rounds_per_target"]),
        "policy.threat_min": float(point["threat_min"]),
    }
    made |= _launches(raw, float(point["launches"]))
    made |= _force(raw, point, sites)
    rounds = int(point.get("stock", AMPLE))
    ready = sum(b["launchers"] * b["rounds_per_launcher"] for b in made["battery"])
    if rounds >= ready:
        made["stock.depot_rounds"] = rounds - ready
    else:
        made["stock.depot_rounds"] = 0
        _short(made["battery"], rounds)
    return made


def _short(batteries: list[dict[str, Any]], rounds: int) -> None:
    """Fewer rounds than the launchers hold: every launcher has as many less."""
    launchers = sum(b["launchers"] for b in batteries)
    each = max(round(rounds / launchers), 1)
    for b in batteries:
        b["rounds_per_launcher"] = each


def _launches(raw: Mapping[str, Any], wanted: float) -> dict[str, Any]:
    """Intervals and barrages scaled to so many launches in all."""
    threat = raw["threat"]
    intervals = [dict(i) for i in threat.get("interval", [])]
    barrages = [dict(b) for b in threat.get("barrage", [])]
    total = intervals[-1]["launched"] if intervals else sum(b["launches"] for b in barrages)
    ratio = wanted / total
    for b in barrages:
        b["launches"] = max(round(b["launches"] * ratio), 1)
    for i in intervals:
        i["launched"] = round(i["launched"] * ratio)
    made: dict[str, Any] = {}
    if intervals:
        made["threat.interval"] = intervals
    if barrages:
        made["threat.barrage"] = barrages
    return made


def _force(raw: Mapping[str, Any], point: Mapping[str, Any], sites: np.ndarray) -> dict[str, Any]:
    """Batteries and radars: the first ones of the scenario, further ones at the sites."""
    n = int(point["batteries"])
    batteries = [dict(b) for b in raw["battery"]][:n]
    radars = [dict(r) for r in raw["radar"]]
    have = len(batteries)
    for k, (lat, lon) in enumerate(sites[: n - have].tolist()):
        radar, battery = dict(radars[k % len(raw["radar"])]), dict(batteries[k % have])
        for entry in (radar, battery):
            entry |= {"name": f"further site {k + 1}", "lat_deg": lat, "lon_deg": lon}
        battery["radar"] = radar["name"]
        radars.append(radar)
        batteries.append(battery)
    used = {b["radar"] for b in batteries}
    named = {b["radar"] for b in raw["battery"]}
    radars = [r for r in radars if r["name"] in used or r["name"] not in named]
    for k in range(int(point["radars"])):
        radars.append(dict(radars[k]) | {"name": f"spare {k + 1}"})
    for b in batteries:
        b["launchers"] = int(point["launchers"])
        b.setdefault("rounds_per_launcher", 20)
    return {"battery": batteries, "radar": radars}

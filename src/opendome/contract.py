"""The promises of a plug-in, as a check that its author can run.

>>> check_policy(MyPolicy())  # doctest: +SKIP
>>> check_model("radars", "multifunction")
"""

from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from opendome import models, settings, tables
from opendome.models.policies import View, read_only
from opendome.params import GRADES, Model, declared

#: Columns that the scenario fills: where a plug-in stands, not what it is.
PLACED = frozenset({"x", "y", "z", "rotation", "boresight", "normal", "radius"})

N_SLOTS, N_BATTERIES, N_VIEWS = 8, 3, 20


def check_model(kind: str, name: str) -> None:
    """Check a parameter plug-in.

    Parameters
    ----------
    kind : str
        One of `models.KINDS`.
    name : str
        Its name there.

    Raises
    ------
    AssertionError
        A promise is broken; the message names it and the likely mistake.
    """
    found, at = models.find(kind, name), f"{kind}/{name}"
    if not (isinstance(found, type) and issubclass(found, Model)):
        raise AssertionError(f"{at}: not a Model (derive it from opendome.params.Model)")
    for field, info in found.model_fields.items():
        q = declared(found, field)
        number = info.annotation in (int, float)
        _hold(q is not None or not number, f"{at}.{field}: a number without quantity(...)")
        _hold(info.description, f"{at}.{field}: no description")
        _hold(not info.is_required(), f"{at}.{field}: no default")
        _hold(q is None or (q.source and q.grade in GRADES), f"{at}.{field}: no source or grade")
    made = found()
    _check_refusals(at, made, found)
    if found.TABLE is not None:
        row = made.row()
        whole = row.dtype == found.TABLE.dtype and row.shape == (1,)
        _hold(whole, f"{at}: row() is not one row of {found.TABLE.name}")
        for c in found.TABLE.cols:
            kept = c.name in PLACED or np.isfinite(row[c.name]).all()
            _hold(kept, f"{at}: row() leaves {c.name} missing (no field of that name?)")


def check_policy(policy: Any) -> None:
    """Check a policy that decides in Python on made-up views.

    Parameters
    ----------
    policy : object with decide(view, decisions)

    Raises
    ------
    AssertionError
        A promise is broken; the message names it and the likely mistake.
    """
    _hold(callable(getattr(policy, "decide", None)), "no method decide(view, decisions)")
    rng = np.random.default_rng(1)
    views = [made_up_view(rng, N_SLOTS, N_BATTERIES) for _ in range(N_VIEWS)]
    views += [made_up_view(rng, 0, N_BATTERIES), made_up_view(rng, N_SLOTS, 0)]
    first = [_decide(policy, view) for view in views]
    for view, decisions in zip(views, first, strict=True):
        _check_orders(view, decisions)
    for view, decisions in zip(reversed(views), reversed(first), strict=True):
        _hold(
            _same(_decide(policy, view), decisions),
            "the same view gave other decisions: decide() depends on its own past or on chance",
        )
    for view, decisions in zip(views, first, strict=True):
        order = rng.permutation(len(decisions))
        _hold(
            _same(_decide(policy, _permuted(view, order)), decisions[order]),
            "decisions depend on the order of the slots: a slot is only a place, go by "
            "tracks['id'] or by threat where rounds are short",
        )
    _hold(
        any((d["fire"] > 0).any() for d in first),
        "never fires on views with threats, rounds and feasible options",
    )


def made_up_view(rng: np.random.Generator, n_slots: int, n_batteries: int) -> View:
    """A view with confirmed tracks, threats from 0 to 1, few rounds, some options infeasible."""
    t, shape = 1000.0, (n_slots, n_batteries)
    tracks = _zeros(tables.TRACKS, n_slots)
    tracks["id"] = 100 + rng.permutation(n_slots)
    tracks["status"], tracks["t"], tracks["hits"] = 2, t, 10
    tracks["P"] = np.eye(7)
    predictions = _zeros(tables.PREDICTIONS, n_slots)
    predictions["t"], predictions["known"] = t, 1
    predictions["t_impact"] = t + rng.uniform(20.0, 60.0, n_slots)
    predictions["threat"] = rng.uniform(0.0, 1.0, n_slots)
    predictions["value"] = predictions["threat"] * rng.uniform(1.0, 300.0, n_slots)
    predictions["sxx"] = predictions["syy"] = rng.uniform(1e2, 1e6, n_slots)
    options = _zeros(tables.OPTIONS, n_slots * n_batteries).reshape(shape)
    options["feasible"] = rng.random(shape) < 0.7
    options["t_launch"] = t + rng.uniform(1.0, 5.0, shape)
    options["t_intercept"] = options["t_launch"] + rng.uniform(5.0, 10.0, shape)
    options["t_latest"] = options["t_launch"] + rng.uniform(0.0, 10.0, shape)
    options["p_kill"] = rng.uniform(0.3, 0.95, shape)
    options["price"] = options["gain"] = np.nan
    engagements = _zeros(tables.ENGAGEMENTS, n_slots)
    engagements["asked"] = rng.random(n_slots) < 0.7
    batteries = _zeros(settings.BATTERIES, n_batteries)
    batteries["launchers"], batteries["rounds"] = 1, 20
    launchers = _zeros(tables.LAUNCHERS, n_batteries)
    launchers["battery"], launchers["t_ready"] = np.arange(n_batteries), np.nan
    launchers["rounds"] = rng.integers(0, 4, n_batteries)
    options["rounds"] = launchers["rounds"]
    options["feasible"] &= options["rounds"] > 0
    engagements["asked"] &= options["feasible"].any(axis=1)
    engagements["track"] = tracks["id"]
    return View(t, tracks, predictions, options, engagements, batteries, launchers)


def _check_refusals(at: str, made: BaseModel, found: type[Model]) -> None:
    """A model must refuse unknown keys and changes."""
    try:
        found(no_such_key=1)  # type: ignore[call-arg]
    except ValidationError:
        pass
    else:
        raise AssertionError(f"{at}: takes unknown keys (keep the model_config of Model)")
    try:
        made.source = "changed"  # type: ignore[attr-defined]
    except ValidationError:
        return
    raise AssertionError(f"{at}: can be changed (keep the model_config of Model)")


def _hold(promise: Any, message: str) -> None:
    # Not an assert statement: `python -O` would drop it.
    if not promise:
        raise AssertionError(message)


def _zeros(declared_table: tables.Table, n: int) -> np.ndarray:
    return np.zeros(n, declared_table.dtype)


def _decide(policy: Any, view: View) -> np.ndarray:
    """Decisions of a policy on one view; the view must come out as it went in."""
    decisions = tables.DECISIONS.allocate(len(view.tracks))
    decisions["fire"] = 0
    before = [v.tobytes() for v in view[1:]]
    try:
        policy.decide(read_only(view), decisions)
    except ValueError as error:
        if "read-only" in str(error):
            raise AssertionError("decide() writes into the view: copy before changing") from error
        raise
    for name, was, now in zip(View._fields[1:], before, view[1:], strict=True):
        _hold(was == now.tobytes(), f"decide() changed view.{name}: copy before changing")
    return decisions


def _check_orders(view: View, decisions: np.ndarray) -> None:
    for slot in np.flatnonzero(decisions["fire"] != 0):
        fire, b = int(decisions["fire"][slot]), int(decisions["battery"][slot])
        _hold(fire > 0, f"slot {slot}: fires {fire} rounds")
        _hold(
            view.engagements["asked"][slot],
            f"slot {slot}: fires although engagements['asked'] is 0 (a salvo is in the air, or "
            "nothing is threatened)",
        )
        _hold(
            0 <= b < len(view.batteries),
            f"slot {slot}: fires from battery {b}: there is no such row",
        )
        option = view.options[slot, b]
        _hold(
            option["feasible"], f"slot {slot}: fires from battery {b}, whose option is not feasible"
        )
        _hold(
            fire <= option["rounds"],
            f"slot {slot}: fires {fire} rounds, battery {b} has {option['rounds']} ready",
        )


def _permuted(view: View, order: np.ndarray) -> View:
    """The same situation with the slots in another order."""
    return view._replace(
        tracks=view.tracks[order],
        predictions=view.predictions[order],
        options=view.options[order],
        engagements=view.engagements[order],
    )


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    """Same orders: the battery matters only where rounds are fired."""
    fires = a["fire"] > 0
    return bool((a["fire"] == b["fire"]).all() and (a["battery"] == b["battery"])[fires].all())

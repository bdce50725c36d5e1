"""Flights to impact per CPU second, beside what else flies them: `opendome bench flight`.

All fly the same rockets through the same air with wind, gravity with latitude and the earth's
turn.  The C yardstick (benchmarks/flight.c, from a checkout, with the package ziglang) is the same
algorithm; solve_ivp integrates the same equations from the same tables, with a right-hand side in
numpy as a user would write it; RocketPy does more: six degrees of freedom.
"""

import ctypes
import subprocess
import sys
import tempfile
from math import pi
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from opendome import surroundings, tables
from opendome.bench import interceptors
from opendome.bench.rows import Row, cpu
from opendome.kernels.atmosphere import air_table
from opendome.kernels.ballistics import RAIL, burnt, drag_per_speed, launch_velocity
from opendome.kernels.earth import coriolis, gravity, height, on_surface
from opendome.kernels.flight import _order, fly_all
from opendome.rocket_classes import rocket_classes

TITLE = "Flights to impact per CPU second, everything on; ratio: the lanes over it"

LATITUDE = 31.5  # deg
FLIGHTS = 4360
#: The mix of May 2021 by range: 65 % to 20 km, 30 % to 45 km, 5 % beyond.
SHARES = (0.25, 0.15, 0.25, 0.30, 0.03, 0.01, 0.01)
LEVELS = np.array([0.0, 2e3, 8e3, 12e3, 20e3])
EAST, NORTH = np.array([3.0, 8.0, 20.0, 28.0, 5.0]), np.array([-2.0, 0.0, 5.0, 6.0, -2.0])
YARDSTICK = Path(__file__).parents[3] / "benchmarks" / "flight.c"
NAN = float("nan")


def measure(full: bool) -> list[Row]:
    """Rates and errors; `full` flies more peers' flights, and RocketPy's."""
    names = list(rocket_classes())
    classes = np.concatenate([rocket_classes()[name].row() for name in names])
    air = air_table(0.0, LEVELS, EAST, NORTH)
    nature = surroundings.still(names, LATITUDE)._replace(air=air)
    rockets = campaign(FLIGHTS, nature)
    fly_all(rockets, classes, nature)  # compiles
    lanes = FLIGHTS / cpu(lambda: fly_all(rockets, classes, nature))
    rows = [Row("lanes", lanes, "flights/CPU s", 1.0)]
    rows.append(yardstick(rockets, classes, nature, lanes))
    rows += peers(rockets, classes, nature, lanes, 40 if full else 10)
    rows.append(
        rocketpy(lanes) if full else Row("RocketPy, 6 DOF (with --full)", NAN, "flights/CPU s")
    )
    return rows + interceptors.measure()


def campaign(n: int, nature: Any) -> np.ndarray:
    """Rockets in the mix of May 2021, from 20 km by 20 km in all directions."""
    draw = np.random.default_rng(1)
    rockets = tables.ROCKETS.allocate(n)
    rockets["cls"] = draw.choice(len(SHARES), n, p=SHARES)
    rockets["t_launch"] = np.sort(draw.uniform(0.0, 11 * 86_400.0, n))
    rockets["x0"], rockets["y0"] = draw.uniform(-10e3, 10e3, (2, n))
    rockets["z0"] = on_surface(rockets["x0"], rockets["y0"], np.zeros(n), nature.earth)
    rockets["azimuth"] = draw.uniform(0.0, 2.0 * pi, n)
    rockets["elevation"] = draw.uniform(0.3, 0.8, n)
    rockets["burn"] = 1.0
    return rockets


# ---------------------------------------------------------------- C


class _Class(ctypes.Structure):
    _fields_ = [
        *((n, ctypes.c_double) for n in ("m0", "fuel", "burn_time", "thrust", "cda", "step")),
        ("boost_steps", ctypes.c_long),
    ]  # fmt: skip


ROCKET = np.dtype([("state", "f8", 6), ("full", "f8"), ("rate", "f8"), ("cls", "i8")])


def yardstick(rockets: np.ndarray, classes: np.ndarray, nature: Any, lanes: float) -> Row:
    """The same algorithm in C; a row without value where it cannot be compiled."""
    name = "the same in C, clang -O3 -march=native"
    try:
        import ziglang  # noqa: F401
    except ImportError:
        return Row(f"{name} (ziglang not installed)", NAN, "flights/CPU s")
    if not YARDSTICK.exists():
        return Row(f"{name} (only in a checkout)", NAN, "flights/CPU s")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "flight.so"
        command = ("cc", "-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC")
        subprocess.run(
            [sys.executable, "-m", "ziglang", *command, "-o", str(library), str(YARDSTICK)],
            check=True, capture_output=True,
        )  # fmt: skip
        fly = ctypes.CDLL(str(library)).fly
        arguments, impact = _arguments(rockets, classes, nature)
        fly(*arguments)
        rate = FLIGHTS / cpu(lambda: fly(*arguments))
    off = np.hypot(impact[:, 1] - rockets["x_impact"], impact[:, 2] - rockets["y_impact"]).max()
    if off > 1e-3:
        raise RuntimeError(f"the yardstick lands {off:g} m off")
    return Row(name, rate, "flights/CPU s", lanes / rate)


def _arguments(
    rockets: np.ndarray, classes: np.ndarray, nature: Any
) -> tuple[list[Any], np.ndarray]:
    flown = np.zeros(len(rockets), ROCKET)
    for row, r in zip(flown, rockets, strict=True):
        cls = classes[r["cls"]]
        row["rate"] = burnt(nature.burns, r["cls"], 0.0)[1]
        row["state"] = _start(r, cls, row["rate"], nature)
        row["full"], row["cls"] = r["burn"], r["cls"]
    order = np.empty(len(rockets), np.int64)
    rows = _order(rockets, classes, order)
    made = (_Class * len(classes))(
        *(
            _Class(c["m0"], c["m0"] - c["m_burnout"], c["burn_time"], c["thrust"],
                   c["form"] * c["area"], c["step"], c["boost_steps"])
            for c in classes
        )
    )  # fmt: skip
    earth = np.array(nature.earth)
    nodes, impact = np.empty((rows, 6)), np.empty((len(rockets), 3))
    arrays = (nature.air, nature.curves, nature.burns, earth, nodes, impact)
    kept = [np.ascontiguousarray(a) for a in arrays]
    pointers = [a.ctypes.data_as(ctypes.c_void_p) for a in (flown, order)]
    _arguments.keep = (flown, order, kept)  # type: ignore[attr-defined]
    return [
        ctypes.c_long(len(rockets)), *pointers, made,
        *(a.ctypes.data_as(ctypes.c_void_p) for a in kept),
    ], impact  # fmt: skip


def _start(r: np.void, cls: np.void, rate: float, nature: Any) -> np.ndarray:
    speed = np.sqrt(2.0 * RAIL * rate * cls["thrust"] / cls["m0"])
    at = (r["x0"], r["y0"], r["z0"])
    aim = (r["azimuth"], r["elevation"])
    return np.array([*at, *launch_velocity(*at, *aim, speed, nature.earth.radius)])


# ---------------------------------------------------------------- Python


def peers(rockets: np.ndarray, classes: np.ndarray, nature: Any, lanes: float, n: int) -> list[Row]:
    """scipy's solve_ivp at about the lanes' error, and both errors against DOP853 at 1e-12."""
    some = np.linspace(0, len(rockets) - 1, n).astype(int)
    mine = np.column_stack([rockets["x_impact"], rockets["y_impact"]])[some]

    def fly(rtol: float) -> np.ndarray:
        return np.array([solve(rockets[i], classes, nature, rtol) for i in some])

    solve(rockets[0], classes, nature, 1e-2)  # compiles the look-ups that it shares
    exact = fly(1e-12)
    start = process_time()
    got = fly(1e-6)
    rate = n / (process_time() - start)

    def worst(found: np.ndarray) -> float:
        return float(np.linalg.norm(found - exact, axis=1).max())

    return [
        Row("scipy solve_ivp, DOP853, rtol 1e-6", rate, "flights/CPU s", lanes / rate),
        Row(f"error of the lanes, worst of {n}", worst(mine), "m"),
        Row(f"error of solve_ivp, worst of {n}", worst(got), "m"),
    ]


def solve(rocket: np.void, classes: np.ndarray, nature: Any, rtol: float) -> np.ndarray:
    """Impact point by solve_ivp: boost, then coast to the ground."""
    from scipy.integrate import solve_ivp

    c = int(rocket["cls"])
    cls, earth = classes[c], nature.earth
    heights = np.linspace(0.0, 100e3, len(nature.air))
    curve = nature.curves.reshape(len(classes), -1)[c]
    burn, fuel = rocket["burn"] * cls["burn_time"], cls["m0"] - cls["m_burnout"]

    def rhs(t: float, y: np.ndarray, burning: bool) -> np.ndarray:
        h = height(y[0], y[1], y[2], earth)
        east, north = (
            np.interp(h, heights, nature.air[:, 2]),
            np.interp(h, heights, nature.air[:, 3]),
        )
        wind = np.array([east, north, -(east * y[0] + north * y[1]) / earth.radius])
        through = y[3:] - wind
        v2 = through @ through
        used, rate = burnt(nature.burns, c, min(t, burn) / cls["burn_time"])
        push = rate * cls["thrust"] / np.sqrt(v2) if burning else 0.0
        drag = drag_per_speed(h, v2, nature.air, curve) * cls["form"] * cls["area"]
        a = (push - drag) / (cls["m0"] - fuel * used) * through
        a += np.array(gravity(y[0], y[1], y[2], earth)) + np.array(
            coriolis(y[3], y[4], y[5], earth)
        )
        return np.concatenate([y[3:], a])

    def ground(t: float, y: np.ndarray, burning: bool) -> float:
        return height(y[0], y[1], y[2], earth)

    ground.terminal, ground.direction = True, -1  # type: ignore[attr-defined]
    y = _start(rocket, cls, burnt(nature.burns, c, 0.0)[1], nature)
    options = {"method": "DOP853", "rtol": rtol, "atol": 1e-3 * min(1.0, rtol * 1e6)}
    y = solve_ivp(rhs, (0.0, burn), y, args=(True,), **options).y[:, -1]
    return solve_ivp(rhs, (burn, 600.0), y, args=(False,), events=ground, **options).y[:2, -1]


def rocketpy(lanes: float) -> Row:
    """RocketPy flying its own generic 122-mm rocket with six degrees of freedom."""
    name = "RocketPy, 6 DOF: does more"
    try:
        from rocketpy import Environment, Flight, Rocket, SolidMotor
    except ImportError:
        return Row(f"{name} (not installed)", NAN, "flights/CPU s")
    keys = rocket_classes()["grad-122"]
    fuel = keys.m0 - keys.m_burnout
    environment = Environment(latitude=LATITUDE, longitude=34.6, elevation=0.0)
    environment.set_atmospheric_model(type="standard_atmosphere")
    motor = SolidMotor(
        thrust_source=keys.thrust, dry_mass=1e-3, dry_inertia=(1e-6, 1e-6, 1e-6),
        nozzle_radius=0.04, grain_number=1, grain_density=fuel / (pi * 0.05**2 * 1.4),
        grain_outer_radius=0.05, grain_initial_inner_radius=1e-4, grain_initial_height=1.4,
        grain_separation=0.0, grains_center_of_mass_position=0.0,
        center_of_dry_mass_position=0.0, burn_time=keys.burn_time,
    )  # fmt: skip
    rocket = Rocket(
        radius=0.061, mass=keys.m_burnout, inertia=(30.0, 30.0, 0.1), power_off_drag=0.5,
        power_on_drag=0.5, center_of_mass_without_motor=1.4,
    )  # fmt: skip
    rocket.add_motor(motor, position=0.7)
    rocket.add_nose(length=0.4, kind="ogive", position=2.8)
    rocket.add_trapezoidal_fins(n=4, root_chord=0.2, tip_chord=0.2, span=0.1, position=0.2)
    start = process_time()
    n = 3
    for _ in range(n):
        Flight(rocket, environment, rail_length=RAIL, inclination=45.0, heading=90.0)
    rate = n / (process_time() - start)
    return Row(name, rate, "flights/CPU s", lanes / rate)

"""Flights to impact per CPU second, lanes beside scipy's solve_ivp on the same flights.

    python benchmarks/flight.py

The peer integrates the same equations from the same tables, with a right-hand side in numpy as a
user would write it, by DOP853 at rtol 1e-6: about the same impact error, which is printed beside
ours.  Both are measured in one process; read the ratio, not the seconds.
"""

import statistics
from math import pi
from time import process_time

import numpy as np
from scipy.integrate import solve_ivp

from opendome import tables
from opendome.constants import G0
from opendome.frames import earth_radius
from opendome.kernels.atmosphere import air_table
from opendome.kernels.ballistics import RAIL, drag_per_speed, drag_table, launch_velocity
from opendome.kernels.flight import fly_all
from opendome.models.threats.classes import load_classes

RADIUS = earth_radius(31.5)
AIR, DRAG = air_table(), drag_table()


def campaign(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Rockets in the mix of May 2021 by range (65 % to 20 km, 30 % to 45 km, 5 % beyond)."""
    shipped = list(load_classes().values())
    classes = tables.CLASSES.allocate(len(shipped))
    for row, keys in zip(classes, shipped, strict=True):
        row["m0"], row["m_burnout"] = keys["m0_kg"], keys["m_burnout_kg"]
        row["burn_time"], row["thrust"] = keys["burn_time_s"], keys["thrust_N"]
        row["area"], row["form"] = pi / 4.0 * (keys["calibre_mm"] / 1e3) ** 2, keys["form"]
    rng = np.random.default_rng(1)
    rockets = tables.ROCKETS.allocate(n)
    share = [0.25, 0.15, 0.25, 0.30, 0.03, 0.01, 0.01]
    rockets["cls"] = rng.choice(len(shipped), n, p=share)
    rockets["t_launch"] = np.sort(rng.uniform(0.0, 11 * 86_400.0, n))
    rockets["x0"], rockets["y0"] = rng.uniform(-10e3, 10e3, (2, n))
    rockets["z0"] = np.sqrt(RADIUS**2 - rockets["x0"] ** 2 - rockets["y0"] ** 2) - RADIUS
    rockets["azimuth"] = rng.uniform(0.0, 2.0 * pi, n)
    rockets["elevation"] = rng.uniform(0.3, 0.8, n)
    rockets["burn"] = 1.0
    return rockets, classes


def peer(rocket: np.void, cls: np.void, rtol: float) -> np.ndarray:
    """Impact point by solve_ivp: boost, then coast to the ground."""
    burn = rocket["burn"] * cls["burn_time"]
    m_dot = (cls["m0"] - cls["m_burnout"]) / cls["burn_time"]
    centre = np.array([0.0, 0.0, RADIUS])

    def rhs(t: float, y: np.ndarray, thrust: float) -> np.ndarray:
        r, v = y[:3] + centre, y[3:]
        distance, speed = np.sqrt(r @ r), np.sqrt(v @ v)
        drag = drag_per_speed(distance - RADIUS, speed * speed, AIR, DRAG)
        drag *= cls["form"] * cls["area"]
        a = (thrust / speed - drag) / (cls["m0"] - m_dot * min(t, burn)) * v
        return np.concatenate([v, a - G0 * RADIUS**2 / distance**3 * r])

    def ground(t: float, y: np.ndarray, thrust: float) -> float:
        r = y[:3] + centre
        return float(np.sqrt(r @ r) - RADIUS)

    ground.terminal, ground.direction = True, -1  # type: ignore[attr-defined]
    place = (rocket["x0"], rocket["y0"], rocket["z0"])
    speed = np.sqrt(2.0 * RAIL * cls["thrust"] / cls["m0"])
    aim = (rocket["azimuth"], rocket["elevation"])
    y = np.array([*place, *launch_velocity(*place, *aim, speed, RADIUS)])
    options = {"method": "DOP853", "rtol": rtol, "atol": 1e-3}
    y = solve_ivp(rhs, (0.0, burn), y, args=(cls["thrust"],), **options).y[:, -1]
    return solve_ivp(rhs, (burn, 500.0), y, args=(0.0,), events=ground, **options).y[:2, -1]


def main() -> None:
    """Measure and print."""
    rockets, classes = campaign(4360)
    fly_all(rockets, classes, AIR, DRAG, RADIUS)  # compiles
    seconds = []
    for _ in range(9):
        start = process_time()
        fly_all(rockets, classes, AIR, DRAG, RADIUS)
        seconds.append(process_time() - start)
    ours = len(rockets) / statistics.median(seconds)

    some = range(0, len(rockets), 218)
    peer(rockets[0], classes[rockets["cls"][0]], 1e-2)  # compiles the look-up that it shares
    start = process_time()
    theirs = [peer(rockets[i], classes[rockets["cls"][i]], 1e-6) for i in some]
    rate = len(some) / (process_time() - start)
    best = [peer(rockets[i], classes[rockets["cls"][i]], 1e-12) for i in some]
    mine = np.column_stack([rockets["x_impact"], rockets["y_impact"]])[list(some)]

    print(f"lanes      {ours:10,.0f} flights per CPU second, median of 9 runs of {len(rockets):,}")
    print(f"solve_ivp  {rate:10,.1f} flights per CPU second (DOP853, rtol 1e-6)")
    print(f"ratio      {ours / rate:10,.0f}")
    for name, got in (("lanes", mine), ("solve_ivp", np.array(theirs))):
        error = np.linalg.norm(got - np.array(best), axis=1)
        print(f"error of {name}: median {np.median(error):.2f} m, worst {error.max():.2f} m")


if __name__ == "__main__":
    main()

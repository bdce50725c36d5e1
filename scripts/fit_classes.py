"""Fit the propellant of the generic rocket classes to published ranges; write the shipped table.

    python scripts/fit_classes.py

A class is a launch mass, a calibre, a burn time and a specific impulse.  The propellant mass is the
unknown: it is fitted so that the greatest range over elevation equals the published one (the
middle, where the source gives an interval).  Thrust follows: specific impulse x propellant / time.
A generic model with the right reach and flight time, not engineering data of any rocket.
"""

from math import pi
from pathlib import Path

import numpy as np
from scipy.optimize import brentq

from opendome.constants import G0
from opendome.kernels.aiming import shoot
from opendome.kernels.ballistics import burn_table, drag_curves, drag_table, thrust_curves
from opendome.kernels.flight import fly_all
from opendome.kernels.nature import Nature, standard
from opendome.settings import CLASSES
from opendome.tables import ROCKETS

OUT = Path(__file__).parents[1] / "src" / "opendome" / "data" / "rocket_classes.toml"
LATITUDE = 31.5  # deg
STILL = standard(LATITUDE, 1)
DRAG, BURN = drag_curves(), thrust_curves()

# The coarsest steps of the integrator whose error at impact stays below these, over elevations.
ERROR_BOOST, ERROR = 0.45, 0.8  # m, of the boost and of all
STEPS = (2.0, 1.5, 1.25, 1.0, 0.75, 0.5, 0.4, 0.3, 0.25)  # s, coast
BOOST_STEPS = (16, 20, 24, 32, 48, 64, 80)
FINE_STEP, FINE_BOOST = 0.125, 100

# Unsheltered lethal area of the 122 mm warhead, effective, people indoors included: assumed, so
# that about 160 hits of the May 2021 mix at 3,000 inhabitants/km^2 and a fivefold gain by shelter
# give some ten deaths (12 published).  Other classes: warhead mass to the power 2/3 (the area swept
# by fragments grows with the square of the cube root of the mass).
LETHAL_122 = 120.0
WARHEAD_122 = 20.0

P, A, D = "published", "assumed", "derived"
COLUMNS = (
    *("calibre_mm", "m0_kg", "warhead_kg", "burn_time_s", "isp_s", "form", "rcs_m2", "range_km"),
    *("sigma_range", "sigma_cross", "drag", "motor"),
)
# name: values of COLUMNS; grades of calibre, mass and range; note
ROWS = {
    "improvised-short": (
        (115, 40.0, 5.0, 2.0, 130, 1.0, 0.03, 10.0, 0.12, 0.12, "rough", "neutral"),
        (D, A, A),
        "improvised short-range rocket: calibre 60-170 mm (middle), warhead 0.5-10 kg, range "
        "3-16 km; default range 10 km; sugar propellant (low specific impulse), rough finish",
    ),
    "rocket-107": (
        (107, 19.0, 3.8, 0.7, 205, 1.0, 0.02, 8.0, 0.08, 0.08, "spun", "tubular"),
        (P, A, A),
        "107 mm: 1.2 kg explosive; range 8 km widely repeated, not confirmed; warhead scaled from "
        "the 122 mm by explosive",
    ),
    "grad-122": (
        (122, 67.0, 20.0, 1.8, 215, 1.0, 0.03, 20.0, 0.07, 0.07, "finned", "tubular"),
        (P, P, P),
        "122 mm: 66-68 kg, 20 kg warhead, range 20 km",
    ),
    "grad-122-extended": (
        (122, 70.0, 20.0, 2.5, 240, 0.85, 0.03, 42.5, 0.07, 0.07, "finned", "tubular"),
        (P, A, D),
        "122 mm extended: range 40-45 km (middle); warhead as the 122 mm (6.3 kg explosive)",
    ),
    "medium": (
        (333, 900.0, 75.0, 5.0, 225, 1.0, 0.1, 77.5, 0.06, 0.06, "finned", "tubular"),
        (P, A, D),
        "medium class: calibre 200-333 mm (upper end), about 900 kg, warhead 60-90 kg (middle), "
        "range 75-80 km (middle)",
    ),
    "long": (
        (302, 750.0, 100.0, 6.0, 235, 1.0, 0.1, 140.0, 0.05, 0.05, "finned", "tubular"),
        (A, A, D),
        "long class: calibre about 302 mm, warhead 60-144 kg (middle), range 120-160 km (middle)",
    ),
    "very-long": (
        (400, 1500.0, 100.0, 8.0, 240, 1.0, 0.15, 235.0, 0.05, 0.05, "finned", "tubular"),
        (A, A, D),
        "very long class: range 220-250 km (middle); nothing else is published",
    ),
}


def class_row(v: dict[str, float], propellant: float) -> np.ndarray:
    """One-row CLASSES table of a class with a given propellant mass."""
    row = CLASSES.allocate(1)
    row["m0"], row["m_burnout"] = v["m0_kg"], v["m0_kg"] - propellant
    row["burn_time"] = v["burn_time_s"]
    row["thrust"] = v["isp_s"] * G0 * propellant / v["burn_time_s"]
    row["area"], row["form"] = pi / 4.0 * (v["calibre_mm"] / 1e3) ** 2, v["form"]
    row["boost_steps"], row["step"] = 48, 0.5
    return row


def nature(v: dict) -> Nature:
    """Still air with the drag and the motor of a class."""
    burns = burn_table(*BURN[v["motor"]])[None]
    return STILL._replace(curves=drag_table(*DRAG[v["drag"]]), burns=burns)


def max_range(row: np.ndarray, through: Nature) -> tuple[float, float]:
    """Greatest ground range (m) over elevation, and that elevation (deg).

    1e9 m where range still rises at the elevation that leaves the model (100 km height).
    """
    elevation = np.radians(np.arange(30.0, 66.0, 0.5))
    reach, _ = shoot(np.zeros(len(elevation), int), elevation, row, through)
    best = int(np.argmax(np.nan_to_num(reach, nan=-1.0)))
    outside = best + 1 < len(reach) and np.isnan(reach[best + 1])
    return 1e9 if outside else float(reach[best]), float(np.degrees(elevation[best]))


def fit(v: dict[str, float]) -> float:
    """Propellant mass, kg."""
    through = nature(v)
    return brentq(
        lambda m: max_range(class_row(v, m), through)[0] - 1e3 * v["range_km"],
        0.05 * v["m0_kg"],
        0.6 * v["m0_kg"],
        xtol=1e-3,
    )


def impacts(row: np.ndarray, through: Nature) -> np.ndarray:
    """Impact points, (n, 2), m, over elevations."""
    elevation = np.radians(np.arange(15.0, 61.0, 0.25))
    rockets = ROCKETS.allocate(len(elevation))
    rockets["cls"], rockets["elevation"], rockets["burn"] = 0, elevation, 1.0
    for name in ("t_launch", "x0", "y0", "z0"):
        rockets[name] = 0.0
    rockets["azimuth"] = 0.7
    fly_all(rockets, row, through)
    return np.column_stack([rockets["x_impact"], rockets["y_impact"]])


def steps(row: np.ndarray, through: Nature) -> tuple[int, float]:
    """Fewest boost steps and longest coast step whose error at impact is small enough."""

    def flown(boost_steps: int, step: float) -> np.ndarray:
        row["boost_steps"], row["step"] = boost_steps, step
        return impacts(row, through)

    exact = flown(FINE_BOOST, FINE_STEP)

    def error(boost_steps: int, step: float) -> float:
        return float(np.linalg.norm(flown(boost_steps, step) - exact, axis=1).max())

    boost = next(n for n in BOOST_STEPS if error(n, FINE_STEP) < ERROR_BOOST)
    return boost, next(s for s in STEPS if error(boost, s) < ERROR)


def section(name: str, v: dict[str, float], grades: tuple[str, str, str], note: str) -> str:
    """TOML section of one class."""
    propellant = round(fit(v), 2)
    row = class_row(v, propellant)
    through = nature(v)
    reach, elevation = max_range(row, through)
    boost, step = steps(row, through)
    speed = v["isp_s"] * G0 * np.log(v["m0_kg"] / (v["m0_kg"] - propellant))
    print(
        f"{name:18} propellant {propellant:7.2f} kg ({propellant / v['m0_kg']:.0%}), ideal speed "
        f"{speed:5.0f} m/s, greatest range {reach / 1e3:6.2f} km at {elevation:.1f} deg, "
        f"{boost} boost steps, then {step:g} s"
    )
    lethal = LETHAL_122 * (v["warhead_kg"] / WARHEAD_122) ** (2.0 / 3.0)
    values = {
        "calibre_mm": (f"{v['calibre_mm']:g}", grades[0]),
        "m0_kg": (f"{v['m0_kg']:.1f}", grades[1]),
        "m_burnout_kg": (f"{v['m0_kg'] - propellant:.2f}", "calibrated"),
        "burn_time_s": (f"{v['burn_time_s']:.1f}", A),
        "thrust_N": (f"{float(row['thrust'][0]):.0f}.0", "calibrated"),
        "form": (f"{v['form']:.2f}", A),
        "drag": (f'"{v["drag"]}"', A),
        "motor": (f'"{v["motor"]}"', A),
        "boost_steps": (f"{boost}", D),
        "step_s": (f"{step:.2f}", D),
        "rcs_m2": (f"{v['rcs_m2']:g}", A),
        "lethal_area_m2": (f"{lethal:.0f}.0", A),
        "range_min_km": (f"{0.35 * v['range_km']:.2f}", A),
        "range_max_km": (f"{v['range_km']:.1f}", grades[2]),
        "sigma_range": (f"{v['sigma_range']:g}", A),
        "sigma_cross": (f"{v['sigma_cross']:g}", A),
    }
    lines = [f"[{name}]", f'source = "{note}"']
    lines += [f"{key} = {value}" for key, (value, _) in values.items()]
    lines += ["", f"[{name}.grade]"] + [f'{key} = "{grade}"' for key, (_, grade) in values.items()]
    return "\n".join(lines) + "\n"


HEAD = """\
# Generic rocket classes, from open literature: made by scripts/fit_classes.py, edit there.
# m_burnout_kg and thrust_N are fitted so that the greatest range over elevation is range_max_km;
# `grade` says where each number comes from: published, derived, calibrated or assumed.

"""


def main() -> None:
    """Fit all classes and write the table."""
    sections = [
        section(name, dict(zip(COLUMNS, values, strict=True)), grades, note)
        for name, (values, grades, note) in ROWS.items()
    ]
    OUT.write_text(HEAD + "\n".join(sections), encoding="utf-8")


if __name__ == "__main__":
    main()

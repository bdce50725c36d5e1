"""OpenDome: an open simulator of a short-range rocket-defence system.

>>> import opendome as od
>>> result = od.run("two-towns", replications=200, seed=1, workers=2)  # doctest: +SKIP
>>> result.save("out")  # doctest: +SKIP

Nothing heavy is imported before it is used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import pyarrow as pa

    from opendome.assignment.solve import Assignment
    from opendome.montecarlo import Progress
    from opendome.results import Result
    from opendome.scenario import Scenario

__all__ = ["Result", "__version__", "assign", "load", "open", "plan", "run", "track"]


def load(name_or_path: "str | Path") -> "Scenario":
    """Read a scenario: the name of a shipped one, or the path of a TOML file.

    Raises
    ------
    ScenarioError
        One line per problem: where, what is wrong, what would be right.
    """
    from opendome import scenario

    return scenario.load(name_or_path)


def run(
    scenario: "Scenario | str | Path",
    replications: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    *,
    trace: "Iterable[int]" = (0,),
    progress: "Callable[[Progress], None] | None" = None,
    command: str = "opendome.run",
) -> "Result":
    """Run a scenario.

    Parameters
    ----------
    scenario : Scenario, str or path
    replications, seed : int, optional
        By default those of the scenario's [study].
    workers : int
        Processes; the result does not depend on it.  A script that asks for more than one must
        do so under `if __name__ == "__main__":`.
    trace : iterable of int
        Replications whose tables are kept in full.
    progress : callable, optional
        Called with a `montecarlo.Progress` as work arrives.
    command : str
        For the manifest.

    Returns
    -------
    Result
        After Ctrl-C: the finished replications, `manifest["interrupted"]` true.

    Raises
    ------
    ScenarioError
        The scenario, or a number given here, is wrong.
    """
    from pathlib import Path

    from opendome import estimate, montecarlo, results

    found = load(scenario) if isinstance(scenario, str | Path) else scenario
    estimate.check(found.published)
    outcome = montecarlo.run(
        found,
        found.study.replications if replications is None else replications,
        found.study.seed if seed is None else seed,
        workers,
        trace=trace,
        progress=progress,
    )
    return results.collect(found, outcome, command)


def open(folder: "str | Path") -> "Result":
    """Read a result folder, or that of a finished study (a `study.StudyResult`).

    Raises
    ------
    ResultError
        There is no result.
    """
    from pathlib import Path

    from opendome import results
    from opendome.study import dataset, outcome

    return outcome.read(folder) if dataset.is_study(Path(folder)) else results.read(folder)


def assign(
    value: Any, survive: Any, ammunition: Any, *, time_limit_s: float | None = None
) -> "Assignment":
    """Assign shots to targets so that the expected surviving value is least, with a proven gap.

    Parameters
    ----------
    value : array-like, (target,)
        Value of each target, >= 0.
    survive : array-like, (weapon_type, target)
        Probability that the target survives one shot; float32 is kept as it is.
    ammunition : array-like of int, (weapon_type,)
        Shots of each weapon type.
    time_limit_s : float, optional
        Wall-clock seconds; then the best plan so far and its gap.

    Returns
    -------
    Assignment
        `shots[weapon_type, target]`, `objective`, `bound`, `gap`, `seconds`, `prices` and a
        `certificate` that `opendome.assignment.certify` verifies.

    Raises
    ------
    ScenarioError
        An array, or an entry of one, is wrong; the message names it.

    Source
    ------
    Formulation: Manne, Oper. Res. 6(3), 1958; method and proofs: docs/theory/assignment.md.

    Examples
    --------
    >>> plan = assign([10, 5], [[0.2, 0.5]], [2])
    >>> plan.shots.tolist(), round(plan.objective, 6)
    ([[1, 1]], 4.5)
    """
    from opendome.assignment import solve

    return solve.assign(value, survive, ammunition, time_limit_s=time_limit_s)


def track(plots: "Any", radar: "str | Path | dict[str, Any]") -> "pa.Table":
    """Track recorded plots.

    Parameters
    ----------
    plots : str, Path, pyarrow.Table, pandas.DataFrame or dict of arrays
        Columns time_s, range_m, azimuth_rad, elevation_rad, and range_rate_mps, snr_db, radar
        where there are any: docs/howto/track-recorded-plots.md.
    radar : str, Path or dict
        RADAR.toml, or what stands in one.

    Returns
    -------
    pyarrow.Table
        One row per confirmed track and scan.

    Raises
    ------
    ScenarioError
        Bad input; the message says which row or key, what is wrong and what would be right.
    """
    from opendome.tracking import output, radars, recorded

    sensors = radars.read(radar)
    return output.as_table(recorded.track(plots, sensors), sensors.tracker[0])


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("opendome")
        except PackageNotFoundError:  # run from a checkout that is not installed
            return "0+unknown"
    if name == "Result":
        from opendome.results import Result

        return Result
    if name == "plan":
        from importlib import import_module

        return import_module("opendome.plan")  # a package that can be called
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""The ledger on tables made by hand; every number here was worked out on paper."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from opendome import ledger, rng, settings, tables
from opendome.kernels.shots import ALREADY_DEAD, KILL, MISS, NOTHING
from opendome.tables import INTERCEPTED, LANDED, OPEN, PROTECTED, SEA, SHORT

HOUR = 3600.0
EVENING = 18 * HOUR  # the clock starts at six: midnight is at 21 600 s


def filled(declared, n, **columns):
    rows = declared.allocate(n)
    for name, values in columns.items():
        rows[name] = values
    return rows


@pytest.fixture
def s():
    """Two towns of 0.01 people a square metre; 2 launchers of 3 rounds, a depot of 4, 5 a day."""
    p = SimpleNamespace(
        places=filled(settings.PLACES, 2, x=[0.0, 9e3], y=0.0, radius=1e3, population=np.pi * 1e4),
        classes=filled(settings.CLASSES, 2, lethal_area=[50.0, 200.0]),
        interceptors=filled(settings.INTERCEPTORS, 2, price=[40.0, 70.0]),
        batteries=filled(settings.BATTERIES, 2, interceptor=[0, 1], launchers=1, rounds=3),
        warning_rule=filled(settings.WARNING_RULE, 1, hold=300.0, margin=1e3),
        stock=filled(settings.STOCK, 1, depot=4.0, resupply=5.0),
        effects=filled(settings.EFFECTS, 1, exposure=1.0, shelter_factor=5.0, shelter_time=15.0),
    )
    return ledger.Scoring(p, None, None, None, True, EVENING)


def a_rocket(n=1, **columns):
    given = {"t_launch": 1000.0, "t_impact": 1050.0, "place": 0, "cls": 0}
    given |= {"x_impact": 0.0, "y_impact": 0.0, "status": LANDED, "lands": PROTECTED, "shots": 0}
    return filled(tables.ROCKETS, n, **given | columns)


def given(*times, place=0):
    return filled(tables.WARNINGS, len(times), place=place, t=times)


# ---------------------------------------------------------------- warnings


@pytest.mark.parametrize(
    ("times", "lead", "sheltered"),
    [
        ([], np.nan, False),
        ([1020.0], 30.0, True),
        ([1035.0], 15.0, True),  # just the 15 s that people need
        ([1036.0], 14.0, False),
        ([1050.0], 0.0, False),
        ([1051.0], np.nan, False),  # after the impact
        ([1040.0, 1020.0], 30.0, True),  # the first counts, in whatever order they stand
        ([700.0], 350.0, True),  # one hold before the launch
        ([699.0], np.nan, True),  # for another rocket, but they still sit in the shelter
        ([450.0], np.nan, True),
        ([449.0], np.nan, False),  # they left it: ten minutes are over
        ([449.0, 1036.0], 14.0, False),
        ([699.0, 1045.0], 5.0, True),
    ],
)
def test_warning_times__count_from_the_warning_that_matters(s, times, lead, sheltered):
    got, inside = ledger.warning_times(s, a_rocket(), given(*times))
    assert got[0] == pytest.approx(lead, nan_ok=True)
    assert inside[0] == sheltered


def test_warning_times__ask_for_the_place_that_is_hit(s):
    warnings = given(1010.0, 1020.0, 1030.0)
    warnings["place"] = 1, 0, 1
    rockets = a_rocket(3, place=[0, 1, -1])
    lead, sheltered = ledger.warning_times(s, rockets, warnings)
    assert lead[:2].tolist() == [30.0, 40.0]
    assert np.isnan(lead[2])
    assert sheltered.tolist() == [True, True, False]


def test_warned_truly__needs_a_body_in_the_air_that_comes_near(s):
    rockets = a_rocket(
        4,
        t_launch=[100.0, 110.0, 120.0, 500.0],
        t_impact=[160.0, 150.0, 200.0, 560.0],
        x_impact=[2e3, 0.0, 2.001e3, 0.0],  # 1 km of town, 1 km of margin
        status=[LANDED, INTERCEPTED, LANDED, LANDED],
    )
    warnings = given(99.0, 105.0, 130.0, 150.0, 160.0, 501.0)
    truly = ledger.warned_truly(s, rockets, warnings)
    assert truly.tolist() == [False, True, True, True, False, True]
    # What was intercepted would have come: 150 s.  Then the first rocket's impact is next.
    first = [160.0, 150.0, 160.0, 560.0]
    assert warnings["t_first"][[1, 2, 3, 5]].tolist() == first


def test_warned_truly__without_rockets_nothing_is_true(s):
    assert ledger.warned_truly(s, a_rocket(0), given(5.0)).tolist() == [False]


def test_deaths__are_density_times_lethal_area_less_by_shelter(s):
    rockets = a_rocket(4, place=[0, 0, 1, -1], cls=[0, 1, 1, 0])
    harm, unwarned = ledger.deaths(s, rockets, np.array([True, True, False, False]))
    # 0.01 people a square metre on 50 or 200 square metres.
    assert unwarned == pytest.approx([0.5, 2.0, 2.0, 0.0])
    assert harm == pytest.approx([0.1, 0.4, 2.0, 0.0])


# ---------------------------------------------------------------- days and stock


def an_outcome(rockets, *fired):
    """Shots at these times; nothing else happened."""
    shots = filled(tables.SHOTS, len(fired), t_decision=fired, battery=0, result=MISS)
    clock = tables.CLOCK.allocate(1)
    return ledger.Outcome(rockets, np.zeros((0, 6)), shots, given(), clock)


def test_stock__is_a_step_at_every_shot_and_midnight(s):
    o = an_outcome(a_rocket(0), 100.0, 200.0, 6 * HOUR, 7 * HOUR)
    t, left, least, last = ledger.stock(s, o, 10 * HOUR)
    assert t.tolist() == [0.0, 100.0, 200.0, 6 * HOUR, 6 * HOUR, 7 * HOUR]
    assert left.tolist() == [10.0, 9.0, 8.0, 13.0, 12.0, 11.0]  # resupply comes before the shot
    assert (least, last) == (8.0, 11.0)


def test_stock__gets_nothing_at_the_midnight_that_ends_it(s):
    assert ledger.stock(s, an_outcome(a_rocket(0)), 6 * HOUR)[3] == 10.0
    assert ledger.stock(s, an_outcome(a_rocket(0)), 6 * HOUR + 1.0)[3] == 15.0
    assert ledger.stock(s, an_outcome(a_rocket(0)), 54 * HOUR + 1.0)[3] == 25.0


def test_daily__counts_on_the_calendar(s):
    rockets = a_rocket(
        5,
        t_launch=[0.0, 6 * HOUR - 1.0, 6 * HOUR, 8 * HOUR, 35 * HOUR],
        lands=[SHORT, PROTECTED, PROTECTED, PROTECTED, OPEN],
        status=[LANDED, LANDED, INTERCEPTED, LANDED, INTERCEPTED],
    )
    leaked = np.array([False, True, False, True, False])
    o = an_outcome(rockets, HOUR, 7 * HOUR, 8 * HOUR, 35 * HOUR)
    fallen = np.array([0.0, 0.5, 0.25, 2.0, 0.0])  # the third by its debris
    days = ledger.daily(s, o, leaked, fallen, 36 * HOUR, 3)
    assert days["rep"].tolist() == [3, 3, 3]
    assert days["day"].tolist() == [0, 1, 2]
    assert days["launched"].tolist() == [2, 2, 1]
    assert days["short"].tolist() == [1, 0, 0]
    assert days["intercepted"].tolist() == [0, 1, 1]
    assert days["leaked"].tolist() == [1, 1, 0]
    assert days["deaths"].tolist() == [0.5, 2.25, 0.0]
    assert days["crossed"].tolist() == [1, 2, 1]
    assert days["threatened"].tolist() == [1, 2, 0]
    assert days["engaged"].tolist() == [0, 0, 0]
    assert days["rounds_used"].tolist() == [1, 2, 1]
    # 10 - 1 and the delivery of midnight; - 2 + 5; - 1.
    assert days["stock_end"].tolist() == [14.0, 17.0, 16.0]


def test_daily__counts_what_outlasts_the_clock_on_the_last_day(s):
    # The clock ends at five to twelve; the last rocket is fired at a minute past midnight.
    o = an_outcome(a_rocket(1, t_launch=6 * HOUR - 1.0), HOUR, 6 * HOUR + 60.0)
    days = ledger.daily(s, o, np.array([True]), np.ones(1), 6 * HOUR - 300.0, 0)
    assert days["rounds_used"].tolist() == [2]
    assert days["stock_end"].tolist() == [8.0]


# ---------------------------------------------------------------- the row


@pytest.fixture
def evening():
    """Ten rockets: 1 short, 2 sea, 3 open, 4 at towns; two named barrages' worth of raids."""
    rockets = a_rocket(
        10,
        raid=[0, 0, 0, 1, 1, 1, 0, 0, 1, 1],
        lands=[SHORT, SEA, SEA, OPEN, OPEN, OPEN, PROTECTED, PROTECTED, PROTECTED, PROTECTED],
        place=[-1, -1, -1, -1, -1, -1, 0, 0, 1, 1],
        status=[3, 3, 3, 3, 3, 2, 3, 3, 3, 2],
        shots=[0, 0, 1, 0, 0, 1, 2, 0, 0, 1],
        x_impact=[5e4, 5e4, 5e4, 5e4, 5e4, 5e4, 0.0, 0.0, 9e3, 9e3],
    )
    rockets["t_launch"] = 1000.0 + np.arange(10)
    rockets["t_impact"] = 1050.0 + np.arange(10)
    rockets["t_track"] = [np.nan] * 3 + [1010.0] * 5 + [np.nan, 1010.0]
    shots = filled(
        tables.SHOTS,
        7,
        t_decision=1030.0,
        battery=[0, 0, 1, 1, 1, 0, 0],
        result=[MISS, KILL, MISS, MISS, KILL, NOTHING, ALREADY_DEAD],
    )
    warnings = given(1026.0, 1059.5, 2000.0)  # town 0 in time, town 1 too late, town 0 for nothing
    warnings["place"] = 0, 1, 0
    clock = filled(tables.CLOCK, 1, n_tracks=8, n_false=2, n_updates=99, n_predictions=77)
    debris = filled(
        tables.DEBRIS, 3, rocket=[9, 5, 5], place=[1, 0, -1], t=[1060.0, 1062.0, 1070.0],
        casualty_area=2.0,
    )  # fmt: skip
    return ledger.Outcome(rockets, np.zeros((0, 6)), shots, warnings, clock, debris)


def test_score__adds_up_an_evening(s, evening):
    row, days = ledger.score(s, evening, 5 * HOUR, 1, 4)
    got = {name: row[name][0] for name in row.dtype.names}
    assert got == pytest.approx(
        {
            "rep": 4, "launched": 10, "short": 1, "sea": 2, "crossed": 7, "open": 3,
            "threatened": 4, "engaged": 4, "intercepted": 2, "leaked": 3, "unengaged_leaked": 2,
            "engaged_leaked": 1,
            "rounds_used": 7, "rounds_wasted": 2,
            # Town 0: two rockets, sheltered: 0.1 each.  Town 1: one, unwarned: 0.5.
            # Debris: 0.02 on town 1, unwarned, and 0.004 on town 0, sheltered.
            "deaths": 0.724, "deaths_unwarned": 1.54, "deaths_undefended": 1.2,
            "debris_on_places": 2, "debris_deaths": 0.024,
            "killed": stats.poisson.ppf(rng.uniform2(1, 4, 0, 0, rng.CASUALTIES, 0)[0], 0.724),
            "cost_usd": 4 * 40.0 + 3 * 70.0,
            "warnings": 3, "false_warnings": 2,  # nothing is in the air at 2000 s, nor at 1059.5 s
            # Impacts at 1056 and 1057 s, 30 and 31 s after the warning of 1026 s.
            "warning_time_median_s": 30.5, "unwarned_share": 0.5,
            "peak_hour_launches": 10, "peak_day_launches": 10, "peak_day_rounds": 7,
            "stock_min": 3.0, "stock_end": 3.0,
            "tracks": 8, "false_tracks": 2, "untracked": 1, "barrage_hits": 2.0,
            "updates": 99, "predictions": 77,
        }
    )  # fmt: skip
    assert days["launched"].tolist() == [10]


def test_score__leaves_what_has_no_meaning_missing(s, evening):
    rockets = evening.rockets[:6]  # none threatened a town
    quiet = s._replace(first_barrage=False)
    row, _ = ledger.score(
        quiet, evening._replace(rockets=rockets, debris=evening.debris[:0]), 5 * HOUR, 1, 0
    )
    for name in ("warning_time_median_s", "unwarned_share", "barrage_hits"):
        assert np.isnan(row[name][0])
    assert (row["leaked"][0], row["deaths"][0]) == (0, 0.0)


def test_score__of_nothing_is_zero(s):
    o = an_outcome(a_rocket(0))
    row, days = ledger.score(s, o, 5 * HOUR, 1, 0)
    for name in ("launched", "crossed", "engaged", "rounds_used", "cost_usd", "warnings", "deaths"):
        assert row[name][0] == 0
    assert row["stock_end"][0] == 10.0
    assert days["launched"].tolist() == [0]


def test_draw_deaths__is_poisson():
    drawn = [ledger.draw_deaths(3.0, 7, rep) for rep in range(4000)]
    # Standard errors of mean and variance of 4,000 draws: 0.027 and 0.07; four of them.
    assert np.mean(drawn) == pytest.approx(3.0, abs=0.11)
    assert np.var(drawn) == pytest.approx(3.0, abs=0.30)
    assert ledger.draw_deaths(0.0, 7, 0) == 0


def test_peak_hour__counts_the_fullest_hour():
    t = np.array([0.0, 1800.0, 3599.0, 3600.0, 7300.0])
    assert ledger.peak_hour(t) == 3  # 3,600 s after the first it is out of the hour
    assert ledger.peak_hour(t[:0]) == 0


# ---------------------------------------------------------------- debris


def a_piece(n=1, **columns):
    given = {"rocket": 0, "t": 1060.0, "x": 0.0, "y": 0.0, "mass": 1.0, "casualty_area": 2.0}
    return filled(tables.DEBRIS, n, **given | {"place": 0} | columns)


def test_debris_deaths__are_density_times_casualty_area(s):
    harm, unwarned = ledger.debris_deaths(s, a_piece(2, place=[0, -1]), given())
    assert harm.tolist() == unwarned.tolist() == [0.02, 0.0]  # 0.01 people a square metre


@pytest.mark.parametrize(
    ("times", "where", "sheltered"),
    [
        ([1040.0], 0, True),
        ([1045.0], 0, True),  # just the 15 s that people need
        ([1046.0], 0, False),
        ([1040.0], 1, False),  # of the other town
        ([460.0], 0, True),
        ([459.0], 0, False),  # they left it: ten minutes are over
        ([459.0, 1040.0], 0, True),
    ],
)
def test_debris_deaths__count_the_shelter_at_its_own_place_and_time(s, times, where, sheltered):
    warnings = given(*times, place=where)
    harm, unwarned = ledger.debris_deaths(s, a_piece(), warnings)
    assert unwarned[0] == 0.02
    assert harm[0] == pytest.approx(0.004 if sheltered else 0.02)

"""Random numbers: published vectors, open interval, distribution, one draw per address."""

import itertools

import numpy as np
import pytest
from scipy import stats

from opendome import rng
from opendome._jit import allocating_kernel

pytestmark = pytest.mark.kernel

ONES = 0xFFFFFFFF

# Random123 (Salmon et al. 2011), file tests/kat_vectors: lines "philox4x32 10".
KNOWN = [
    ((0, 0, 0, 0, 0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ((ONES,) * 6, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0),
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


@pytest.mark.parametrize(("words", "want"), KNOWN, ids=["zeros", "ones", "pi"])
def test_philox__matches_random123(words, want):
    got = rng.philox(*(np.uint64(w) for w in words))
    assert " ".join(f"{int(w):08x}" for w in got) == want


@allocating_kernel
def fill(draw, address, axis, out):
    """Draws along one part of the address, counted from its value in `address`."""
    a = address.copy()
    for i in range(len(out)):
        out[i] = draw(a[0], a[1], a[2], a[3], a[4], a[5])
        a[axis] += 1


ADDRESS = np.array([20210510, 3, 17, 42, rng.DETECTION, 5])
PARTS = ["seed", "rep", "entity", "step", "purpose", "sub"]


def along(draw, part, n):
    """(n, 2) draws along `part`; purposes are few, so that axis stops at 200."""
    out = np.empty((min(n, 200) if part == "purpose" else n, 2))
    fill(draw, ADDRESS, PARTS.index(part), out)
    return out


@pytest.mark.parametrize("word", [0, ONES])
def test_uniform2__keeps_the_interval_open(monkeypatch, word):
    # No known address reaches the ends, so the generator is replaced under the plain function.
    plain = getattr(rng.uniform2, "py_func", rng.uniform2)
    monkeypatch.setattr(rng, "philox", lambda *_: (np.uint64(word),) * 4)
    for u in plain(*ADDRESS):
        assert 0.0 < u < 1.0


def test_normal2__is_finite_at_both_ends(monkeypatch):
    plain = getattr(rng.normal2, "py_func", rng.normal2)
    for u, v in itertools.product((2.0**-53, 1.0 - 2.0**-53), repeat=2):
        monkeypatch.setattr(rng, "uniform2", lambda *_, pair=(u, v): pair)
        assert np.isfinite(plain(*ADDRESS)).all()


# Fixed addresses: these tests cannot flicker.  p > 1e-3 is the usual bar for one sample; a wrong
# distribution of this size gives p below 1e-9.


@pytest.mark.parametrize("part", PARTS)
def test_uniform2__is_uniform_along_every_part(part):
    u = along(rng.uniform2, part, 4000)
    assert stats.kstest(u[:, 0], "uniform").pvalue > 1e-3
    assert stats.kstest(u[:, 1], "uniform").pvalue > 1e-3


@pytest.mark.parametrize("part", PARTS)
def test_normal2__is_standard_normal_along_every_part(part):
    z = along(rng.normal2, part, 4000)
    assert stats.kstest(z[:, 0], "norm").pvalue > 1e-3
    assert stats.kstest(z[:, 1], "norm").pvalue > 1e-3


@pytest.mark.parametrize("part", PARTS)
def test_uniform2__neighbours_are_uncorrelated(part):
    u = along(rng.uniform2, part, 4000)
    bound = 4.0 / np.sqrt(len(u))  # four standard deviations of a sample correlation
    assert abs(np.corrcoef(u[:-1, 0], u[1:, 0])[0, 1]) < bound
    assert abs(np.corrcoef(u[:, 0], u[:, 1])[0, 1]) < bound


def test_uniform2__is_a_function_of_its_address():
    draws = {tuple(rng.uniform2(*ADDRESS)) for _ in range(3)}
    assert len(draws) == 1


@pytest.mark.parametrize("pair", list(itertools.combinations(range(6), 2)))
def test_uniform2__parts_do_not_alias(pair):
    # Swapping the values of two parts, or moving 1 from one to another, is another address.
    address = np.array([91, 3, 17, 42, 9, 5])  # values that fit every part
    swapped, moved = address.copy(), address.copy()
    swapped[list(pair)] = address[list(reversed(pair))]
    moved[pair[0]] += 1
    moved[pair[1]] -= 1
    first = [rng.uniform2(*parts)[0] for parts in (address, swapped, moved)]
    assert len(set(first)) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1, 0, 0, 0, 1, 2**24 - 1), (1, 0, 0, 0, 2, 0)),
        ((1, 0, 0, 2**32 - 1, 1, 0), (1, 0, 1, 0, 1, 0)),
        ((2**32 - 1, 0, 0, 0, 1, 0), (2**62 + 2**32 - 1, 0, 0, 0, 1, 0)),
    ],
    ids=["sub", "step", "seed"],
)
def test_uniform2__full_parts_do_not_spill(one, other):
    assert rng.uniform2(*one)[0] != rng.uniform2(*other)[0]


def test_purposes__are_distinct_and_fit_eight_bits():
    purposes = [v for k, v in vars(rng).items() if k.isupper() and not k.startswith("_")]
    assert len(set(purposes)) == len(purposes)
    assert min(purposes) >= 1
    assert max(purposes) <= 255

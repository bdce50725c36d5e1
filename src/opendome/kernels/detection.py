"""Detection of a fluctuating echo in noise: probability, and the draw of one look.

A look adds the power of n bursts after a square-law detector, in units of the noise power.

s      mean signal-to-noise ratio of one burst      power ratio
n      bursts added                                 1
T      threshold on the sum                         noise powers
p_fa   probability that noise alone exceeds T       1
case   Swerling's case: 0 steady; 1 exponential (many scatterers); 3 chi-square with 4 degrees
       of freedom (one dominant scatterer).  The echo is constant within a look, new at the next

Sources: Marcum, RAND RM-754 (1947); Swerling, RAND RM-1217 (1954); DiFranco and Rubin, Radar
Detection (1968); Meyer and Mayer, Radar Target Detection (1973).
"""

from math import exp, log, sqrt

from opendome._jit import kernel

STEADY, EXPONENTIAL, DOMINANT = 0, 1, 3  # Swerling's cases
SURE = 6.5  # sqrt(2) times so many standard deviations above the threshold nothing is missed
SMALL = 1e-17


@kernel
def exceeds(n, T):
    """Probability that the noise of n bursts exceeds T: e^-T (1 + T + ... + T^(n-1) / (n-1)!)."""
    term = exp(-T)
    total = term
    for j in range(1, n):
        term *= T / j
        total += term
    return total


@kernel
def marcum_q(n, a, b):
    """Generalised Marcum Q function Q_n(a, b), n a positive integer, a and b at least 0.

    The Poisson mixture Q_n = sum_k e^-x x^k / k! exceeds(n + k, y) with x = a^2 / 2, y = b^2 / 2:
    all terms are positive, so that small values keep their relative accuracy.

    Error
    -----
    Absolute 1e-14, relative 1e-11 down to 1e-100, for y up to 300 (tests/oracle/test_detection.py).

    Source: Marcum (1950), in IRE Transactions IT-6 (1960); the mixture: Johnson, Kotz,
    Balakrishnan, Continuous Univariate Distributions 2 (1995), chapter 29.
    """
    x, y = 0.5 * a * a, 0.5 * b * b
    if sqrt(x) - sqrt(y) > SURE:
        return 1.0
    weight = exp(-x)
    term = exp(-y)
    tail = term
    for j in range(1, n):
        term *= y / j
        tail += term
    total = weight * tail
    k = 0
    while True:
        k += 1
        weight *= x / k
        term *= y / (n + k - 1)
        tail += term
        part = weight * min(tail, 1.0)
        total += part
        if k > x and k * k > x * y and part < SMALL * total:
            return min(total, 1.0)


@kernel
def mixture(n, m, s, T):
    """Detection probability of an echo whose power is chi-square with 2 m degrees of freedom.

    The number of the Poisson mixture is then negative binomial; the complement converges after
    about T terms however strong the echo:
    p_d = 1 - sum_k C(m + k - 1, k) (1 - q)^m q^k (1 - exceeds(n + k, T)), q = n s / (m + n s).

    m = 1 is Swerling's case 1, m = 2 his case 3.  Absolute error 1e-14.
    """
    q = n * s / (m + n * s)
    weight = (1.0 - q) ** m
    term = exp(-T)
    below = 1.0 - term
    for j in range(1, n):
        term *= T / j
        below -= term
    missed = 0.0
    k = 0
    while term > SMALL or n + k < T:
        missed += weight * max(below, 0.0)
        k += 1
        weight *= q * (m + k - 1) / k
        term *= T / (n + k - 1)
        below -= term
    return 1.0 - missed


@kernel
def detection(case, n, s, T):
    """Detection probability of one look.

    One burst, case 1: e^(-T / (1 + s)) = p_fa^(1 / (1 + s)); case 3, with c = 1 + s / 2:
    (1 + T s / (2 c^2)) e^(-T / c); case 0: Marcum's Q_n(sqrt(2 n s), sqrt(2 T)).
    """
    if s <= 0.0:
        return exceeds(n, T)
    if case == STEADY:
        return marcum_q(n, sqrt(2.0 * n * s), sqrt(2.0 * T))
    if n > 1:
        return mixture(n, 1 if case == EXPONENTIAL else 2, s, T)
    if case == EXPONENTIAL:
        return exp(-T / (1.0 + s))
    c = 1.0 + 0.5 * s
    return exp(-T / c) * (1.0 + 0.5 * T * s / (c * c))


@kernel
def fluctuation(case, u, v):
    """Power of an echo over its mean, from two uniforms: 1, or a draw of case 1 or 3."""
    if case == STEADY:
        return 1.0
    if case == EXPONENTIAL:
        return -log(u)
    return -0.5 * log(u * v)


@kernel
def power(signal, g0, g1):
    """Power of one burst from its signal-to-noise ratio and two standard normals.

    The signal's amplitude sqrt(2 s) and noise of unit variance on both axes of the phasor: half
    the squared length, so that noise alone has mean 1.
    """
    a = sqrt(2.0 * signal) + g0
    return 0.5 * (a * a + g1 * g1)

"""Which of the tentative tracks are bodies: they may share plots, a set of bodies may not.

A tentative track is a hypothesis: these plots are of one body.  Those that share a plot, directly
or through others, form a cluster; in each, the set without a shared plot whose scores sum to most
is sought.  This is the assignment of many scans at once, and the plots of a ripple need it: one
scan alone does not tell a rocket from its successor.

    w    weight of a hypothesis: its score, and the log-likelihood of not having been seen before
    y    price of a plot

Source: Poore and Rijavec, "A Lagrangian relaxation algorithm for multidimensional assignment
problems arising from multitarget tracking", SIAM J. Optimization 3(3) (1993); Blackman, "Multiple
hypothesis tracking for multiple target tracking", IEEE AES Magazine 19(1) (2004).
"""

from math import exp, log

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.kernels.association import root_of
from opendome.kernels.gating import FREE, TENTATIVE

REFUSED, CHOSEN, ALONE = 0, 1, 2  # a tentative track: not in the best set, in it, shares no plot
LIKE = 3.5  # log-likelihood ratio from which a velocity counts as one that was tried
FELLOWS = 8  # velocities that are tried in a cluster, at most
ONE_VELOCITY = 400  # hypotheses of a cluster beyond which they are many rockets' and many ripples'
KEPT = 8  # tentative tracks that may end in one plot
ROUNDS = 300  # of the search for prices ...
WORK = 60_000  # ... and their product with the hypotheses of a cluster, at most
MANY = 100  # hypotheses beyond which the order of the last turn is no help in sorting
GAP = 0.5  # log-likelihood between the set found and the bound that ends it


@kernel
def takers(clock, belief, first, following):
    """List the tentative tracks that took each plot: first[plot], then following[slot]; -1 ends."""
    for j in range(clock.n_plots):
        first[j] = -1
    for i in range(clock.n_slots):
        track = belief.tracks[i]
        if track.status == TENTATIVE and track.plot >= 0:
            following[i] = first[track.plot]
            first[track.plot] = i


@kernel
def thin(clock, belief, scratch):
    """Of the tentative tracks that took one plot, keep the KEPT of greatest weight."""
    tracks = belief.tracks
    first, following = scratch.local, scratch.order
    takers(clock, belief, first, following)
    for j in range(clock.n_plots):
        i = first[j]
        while i >= 0:
            better, w = 0, weight(tracks[i])
            r = first[j]
            while r >= 0:
                v = weight(tracks[r])
                better += v > w or (v == w and r < i)
                r = following[r]
            scratch.keys[i] = better
            i = following[i]
    for j in range(clock.n_plots):
        i = first[j]
        while i >= 0:
            if scratch.keys[i] >= KEPT:
                tracks[i].status = FREE
            i = following[i]


@allocating_kernel
def choose(clock, belief, rules, scratch, verdict, lead):
    """Fill verdict[slot] of the tentative tracks with REFUSED, CHOSEN or ALONE.

    Of those CHOSEN, lead[slot] is the weight less that of all rivals together: tracks that claim a
    plot of theirs, and others besides.
    """
    tracks, slots = belief.tracks, scratch.ints[0]
    n = 0
    for i in range(clock.n_slots):
        if tracks[i].status == TENTATIVE:
            slots[n] = i
            verdict[i] = ALONE
            n += 1
    if n < 2:
        return
    plot_of, n_plots = _incidence(slots[:n], tracks)
    root = _clusters(plot_of, n_plots, scratch.parent)
    order = np.argsort(root, kind="mergesort")
    number = np.full(n_plots, -1)
    begin = 0
    while begin < n:
        end = begin + 1
        while end < n and root[order[end]] == root[order[begin]]:
            end += 1
        if end - begin > 1:
            members = order[begin:end]
            part, n_part = _part(members, plot_of, number)
            _settle(slots[members], part, n_part, tracks, rules, verdict)
            _leads(slots[members], part, n_part, tracks, verdict, lead)
        begin = end


@kernel
def weight(track):
    """Weight of a hypothesis."""
    return track.score + track.unseen


@allocating_kernel
def _settle(slots, plot_of, n_plots, tracks, rules, verdict):
    """Verdict on one cluster: the best set, over what the bodies of a ripple may fly alike.

    Bodies of a ripple have nearly one velocity, and whoever takes one for a slower one has to take
    all for slower ones.  Every velocity of a hypothesis of three plots or more is tried as theirs.
    """
    n = len(slots)
    plain, w = np.empty(n), np.empty(n)
    tried = np.zeros(n, np.bool_)
    for a in range(n):
        plain[a] = weight(tracks[slots[a]])
        verdict[slots[a]] = REFUSED
    most = 0.0
    order = np.argsort(-plain, kind="mergesort")
    for turn in range(FELLOWS):
        a = _next_fellow(order, slots, tracks, rules, tried) if n <= ONE_VELOCITY else -1
        if a < 0 and turn > 0:
            break
        for c in range(n):
            w[c] = plain[c]
            if a >= 0:
                w[c] += alike(tracks[slots[c]], tracks[slots[a]], rules)
        total, kept = pack(w, plot_of, n_plots)
        if total > most:
            most = total
            for c in range(n):
                verdict[slots[c]] = CHOSEN if kept[c] else REFUSED
        if a < 0:
            break
        tried[a] = True


@kernel
def _next_fellow(order, slots, tracks, rules, tried):
    """The next hypothesis of three plots or more whose velocity is not like one tried; -1: none."""
    for a in order:
        if tried[a] or tracks[slots[a]].hits < 3:
            continue
        new = True
        for c in range(len(slots)):
            if tried[c] and alike(tracks[slots[a]], tracks[slots[c]], rules) > LIKE:
                new = False
        if new:
            return a
    return -1


@kernel
def alike(a, b, rules):
    """Log-likelihood ratio of a body's velocity: half of them follow another's, half any.

    Both are normal: about the other's velocity, and about none with the prior's spread.
    """
    r2 = v2 = 0.0
    for c in range(3, 6):
        r2 += (a.m[c] - b.m[c]) ** 2
        v2 += b.m[c] * b.m[c]
    own = (a.P[3, 3] + a.P[4, 4] + a.P[5, 5]) / 3.0
    s2, any2 = rules.sigma_route**2 * v2 + own, rules.sigma_velocity**2 + own
    return log(0.5 + 0.5 * exp(1.5 * log(any2 / s2) - 0.5 * r2 / s2))


@allocating_kernel
def _leads(slots, plot_of, n_plots, tracks, verdict, lead):
    """Fill lead of the chosen ones of a cluster."""
    start, holder = _holders(plot_of, n_plots)
    seen = np.full(len(slots), -1)
    for a in range(len(slots)):
        if verdict[slots[a]] != CHOSEN:
            continue
        ahead = weight(tracks[slots[a]])
        for p in plot_of[a]:
            if p < 0:
                break
            for at in range(start[p], start[p + 1]):
                r = holder[at]
                if seen[r] != a and r != a and _claims_more(plot_of[r], plot_of[a]):
                    ahead -= max(weight(tracks[slots[r]]), 0.0)
                seen[r] = a
        lead[slots[a]] = ahead


@kernel
def _claims_more(rival, own):
    """Whether a hypothesis holds plots that another one does not."""
    for p in rival:
        if p < 0:
            break
        found = False
        for q in own:
            found = found or q == p
        if not found:
            return True
    return False


@allocating_kernel
def _holders(plot_of, n_plots):
    """Hypotheses of each plot: those of plot p are holder[start[p] : start[p + 1]]."""
    start = np.zeros(n_plots + 2, np.int64)
    for row in plot_of:
        for p in row:
            if p >= 0:
                start[p + 2] += 1
    start = np.cumsum(start)
    holder = np.empty(start[-1], np.int64)
    for a in range(len(plot_of)):
        for p in plot_of[a]:
            if p >= 0:
                holder[start[p + 1]] = a
                start[p + 1] += 1
    return start, holder


@allocating_kernel
def _clusters(plot_of, n_plots, parent):
    """Representative of the cluster of each hypothesis: union over shared plots."""
    n = len(plot_of)
    holder = np.full(n_plots, -1)
    for a in range(n):
        parent[a] = a
    for a in range(n):
        for p in plot_of[a]:
            if p < 0:
                break
            if holder[p] < 0:
                holder[p] = a
            x, y = root_of(parent, holder[p]), root_of(parent, a)
            if x != y:
                parent[max(x, y)] = min(x, y)
    root = np.empty(n, np.int64)
    for a in range(n):
        root[a] = root_of(parent, a)
    return root


@allocating_kernel
def _incidence(slots, tracks):
    """Plots of each hypothesis, numbered from 0, -1 behind the last: (n, 8); and their number."""
    n, most = len(slots), len(tracks[0].held)
    plot_of = np.full((n, most), -1)
    serial, cell = np.empty(n * most, np.int64), np.empty(n * most, np.int64)
    count = 0
    for a in range(n):
        for c in range(most):
            if tracks[slots[a]].held[c] >= 0:
                serial[count] = tracks[slots[a]].held[c]
                cell[count] = a * most + c
                count += 1
    number, last = -1, -1
    for at in np.argsort(serial[:count], kind="mergesort"):
        if serial[at] != last:
            number += 1
            last = serial[at]
        plot_of[cell[at] // most, cell[at] % most] = number
    return plot_of, number + 1


@allocating_kernel
def _part(members, plot_of, number):
    """The rows of some hypotheses with their plots numbered from 0; number (n_plots,) is -1."""
    part = np.full((len(members), plot_of.shape[1]), -1)
    n = 0
    for a in range(len(members)):
        for c in range(plot_of.shape[1]):
            p = plot_of[members[a], c]
            if p < 0:
                break
            if number[p] < 0:
                number[p] = n
                n += 1
            part[a, c] = number[p]
    return part, n


@allocating_kernel
def pack(w, plot_of, n_plots):
    """Hypotheses of greatest total weight of which no two share a plot.

    Prices of plots by subgradient steps on the Lagrangian dual; hypotheses, by weight less prices,
    are taken one after the other while their plots are free, and the best such set is kept.  The
    dual bounds the total of any set; the search ends where both meet within GAP.

    Parameters
    ----------
    w : float array (n,)
    plot_of : int array (n, 8)
        Plots of each, 0 to n_plots - 1; -1 behind the last.

    Returns
    -------
    float, bool array (n,)
        Their total weight, and which they are.
    """
    n = len(w)
    y, excess = np.zeros(n_plots), np.zeros(n_plots)
    best, reduced = np.zeros(n, np.bool_), np.empty(n)
    order = np.argsort(-w, kind="mergesort")
    taken, free = np.empty(n, np.bool_), np.empty(n_plots, np.bool_)
    most, bound, pace = 0.0, np.inf, 1.0
    for turn in range(min(ROUNDS, max(WORK // n, 10))):
        dual = y.sum()
        excess[:] = -1.0
        for a in range(n):
            r = w[a]
            for p in plot_of[a]:
                if p < 0:
                    break
                r -= y[p]
            reduced[a] = r
            if r > 0.0:
                dual += r
                for p in plot_of[a]:
                    if p < 0:
                        break
                    excess[p] += 1.0
        if turn < 10 or turn % 4 == 0:
            if n > MANY:
                order = np.argsort(-reduced, kind="mergesort")
            else:
                _in_order(order, reduced)
            total = _greedy(order, w, plot_of, taken, free)
            if total > most:
                most = total
                best[:] = taken
        if dual < bound:
            bound = dual
        elif turn % 5 == 4:
            pace *= 0.7
        if bound - most < GAP or not _step(excess, pace * (dual - most), y):
            break
    return most, best


@kernel
def _in_order(order, reduced):
    """Sort by falling reduced weight, from the order of the last turn; ties by place."""
    for at in range(1, len(order)):
        a = order[at]
        r = reduced[a]
        to = at
        while to > 0:
            b = order[to - 1]
            if reduced[b] > r or (reduced[b] == r and b < a):
                break
            order[to] = b
            to -= 1
        order[to] = a


@kernel
def _greedy(order, w, plot_of, taken, free):
    """Take hypotheses in order while their plots are free; returns their total weight."""
    free[:] = True
    total = 0.0
    for a in order:
        taken[a] = w[a] > 0.0
        for p in plot_of[a]:
            if p < 0:
                break
            taken[a] = taken[a] and free[p]
        if taken[a]:
            total += w[a]
            for p in plot_of[a]:
                if p < 0:
                    break
                free[p] = False
    return total


@kernel
def _step(excess, gap, y):
    """Raise the price of plots that are wanted more than once, lower that of those nobody wants.

    Polyak's length: the gap over the square of the subgradient.  Returns False if there is none.
    """
    norm = 0.0
    for p in range(len(y)):
        if excess[p] > 0.0 or y[p] > 0.0:
            norm += excess[p] * excess[p]
    if norm == 0.0:
        return False
    for p in range(len(y)):
        y[p] = max(0.0, y[p] + gap / norm * excess[p])
    return True

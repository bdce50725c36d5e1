"""The text format of the public instances of Andersen, Pavlikov and Toffolo (2022).

    W T mu          weapon types, targets, shots of every type
    v_1             T lines: the value of each target
    ...
    w t p           W T lines: weapon type and target, from 0, and the probability that
                    one shot kills

Read from the files `data/wta_*.txt` that accompany Ann. Oper. Res. 312(2), 581-606, 2022
(github.com/tuliotoffolo/wta).  Assumed beyond them: a first line of two numbers means one shot of
every type; any white space separates; the order of the pairs is free, and each must be there once.
"""

import numpy as np

from opendome.assignment.problem import Problem, ProblemError, check


def parse(text: str, where: str) -> Problem:
    """Read a problem from text.

    Raises
    ------
    ProblemError
        Names the line.
    """
    lines = [(n, line.split()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise ProblemError(f"{where}: empty (want `weapons targets copies`, values, probabilities)")
    n_first, first = lines[0]
    sizes = [_whole(word, where, n_first) for word in first]
    if len(sizes) not in (2, 3) or min(sizes) < 1:
        want = "want `weapons targets copies`, each at least 1"
        raise ProblemError(f"{where}:{n_first}: {' '.join(first)!r} ({want})")
    m, n, copies = (*sizes, 1)[:3]
    if len(lines) != 1 + n + m * n:
        want = f"want 1 + {n} values + {m} x {n} probabilities = {1 + n + m * n}"
        raise ProblemError(f"{where}: {len(lines)} lines ({want})")
    value = np.array([_numbers(line, 1, where, at)[0] for at, line in lines[1 : n + 1]])
    p = np.full((m, n), np.nan)
    for at, line in lines[n + 1 :]:
        i, j, chance = _numbers(line, 3, where, at)
        if not (0 <= i < m and 0 <= j < n and i == int(i) and j == int(j)):
            want = f"want a weapon 0..{m - 1} and a target 0..{n - 1}"
            raise ProblemError(f"{where}:{at}: pair {i:g} {j:g} ({want})")
        if p[int(i), int(j)] == p[int(i), int(j)]:
            raise ProblemError(f"{where}:{at}: pair {i:g} {j:g} is there already")
        if not 0.0 <= chance <= 1.0:
            raise ProblemError(f"{where}:{at}: probability {chance:g} (want 0 to 1)")
        p[int(i), int(j)] = chance
    return check(value, 1.0 - p, np.full(m, copies), where)


def text(problem: Problem) -> str:
    """Write a problem in which every type has as many shots.

    Raises
    ------
    ProblemError
    """
    copies = set(problem.ammunition.tolist())
    if len(copies) != 1 or 0 in copies:
        raise ProblemError("ammunition: the format knows one number of shots for all, at least 1")
    m, n = problem.survive.shape
    head = [f"{m} {n} {copies.pop()}", *(f"{float(v)!r}" for v in problem.value)]
    rows = (f"{i} {j} {float(1.0 - problem.survive[i, j])!r}" for i in range(m) for j in range(n))
    return "\n".join([*head, *rows, ""])


def _whole(word: str, where: str, at: int) -> int:
    try:
        return int(word)
    except ValueError:
        raise ProblemError(f"{where}:{at}: {word!r} (want a whole number)") from None


def _numbers(words: list[str], count: int, where: str, at: int) -> list[float]:
    try:
        found = [float(word) for word in words]
    except ValueError:
        found = []
    if len(found) != count:
        what = "a value" if count == 1 else "`weapon target probability`"
        raise ProblemError(f"{where}:{at}: {' '.join(words)[:40]!r} (want {what})")
    return found

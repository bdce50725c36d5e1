"""One run, in a process of its own: a JSON object on stdin, JSON lines on stdout.

    python -m opendome.web.job < {"text", "name", "replications", "seed", "workers", "folder"}

A process, because a run must be stoppable at any time, and must not take the server along.
"""

import json
import sys
from pathlib import Path
from typing import Any

from opendome.montecarlo import Progress

TRACED = 2  # replications kept in full, so that two evenings can be seen side by side
MOST_TRACED = 1000  # launches; of larger scenarios only one is kept


def main() -> None:
    """Run what stdin says."""
    asked = json.load(sys.stdin)
    try:
        _run(asked)
    except Exception as error:
        lines = list(getattr(error, "lines", [f"{type(error).__name__}: {error}"]))
        _say(state="failed", errors=lines)


def _run(asked: dict[str, Any]) -> None:
    import opendome
    from opendome import scenario

    found = scenario.parse(asked["text"], asked["name"])
    launches = max((i.launched for i in found.threat.intervals), default=0)
    launches += sum(b.launches for b in found.threat.barrages)
    result = opendome.run(
        found,
        asked["replications"],
        asked["seed"],
        asked["workers"],
        trace=range(TRACED if launches <= MOST_TRACED else 1),
        progress=_progress,
        command=f"opendome serve: run of {asked['name']}",
    )
    _say(state="writing")
    result.save(Path(asked["folder"]))
    _say(state="done")


def _progress(p: Progress) -> None:
    _say(
        state="compiling" if p.compiling else "running",
        done=p.done,
        total=p.total,
        elapsed_s=round(p.elapsed_s, 2),
        rate=round(p.rate, 3),
    )


def _say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()

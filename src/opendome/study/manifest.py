"""What a study's folder says about itself: everything that is needed to repeat it."""

import hashlib
import json
import os
import platform
import sys
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opendome.study.dataset import FORMAT, KIND
from opendome.study.designs import Point
from opendome.study.spec import Precision, Study

if TYPE_CHECKING:
    import pyarrow as pa

PACKAGES = ("numpy", "numba", "pyarrow", "pydantic", "scipy", "SALib", "distributed")

#: Code that cannot change what a replication gives: it reads, shows, or hands out work.
ELSEWHERE = (
    "assignment", "bench", "cli", "formats", "plan", "plans", "report", "scenarios", "studies",
    "study", "tracking", "web",
)  # fmt: skip
OUTSIDE = (
    "__init__", "__main__", "calibrate", "estimate", "montecarlo", "options", "pool", "results",
    "validate",
)  # fmt: skip


@cache
def fingerprint() -> str:
    """Hash of everything that can change a replication: code, shipped data, numpy and numba."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256(f"numpy {version('numpy')} numba {version('numba')}".encode())
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if path.suffix not in (".py", ".csv", ".json", ".toml") or inside.parts[0] in ELSEWHERE:
            continue
        if len(inside.parts) == 1 and path.stem in OUTSIDE:
            continue
        digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def manifest(study: Study, design: list[Point], command: str) -> dict[str, Any]:
    """The manifest of a study that begins."""
    import opendome

    return {
        "kind": KIND,
        "format": FORMAT,
        "study": {"name": study.name, "title": study.title, "text": study.text},
        "study_sha256": study.hash,
        "scenario": {
            "name": study.scenario.name,
            "title": study.scenario.title,
            "text": study.scenario.text,
        },
        "scenario_sha256": study.scenario.hash,
        "opendome": opendome.__version__,
        "fingerprint": fingerprint(),
        "seed": study.seed,
        "design": study.design.kind,
        "design_sha256": _hash([study.changes(point) for point in design]),
        "points": len(design),
        "chunk": study.chunk,
        "outputs": list(study.outputs),
        **({"precision": _targets(study.precision)} if study.precision else {}),
        "command": command,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "platform": platform.platform(),
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "python": sys.version.split()[0],
        },
        "packages": {name: _version(name) for name in PACKAGES if _version(name)},
        "finished": False,
        "tables": ["design"],
    }


def design_table(study: Study, design: list[Point]) -> "pa.Table":
    """The design as a table: `point` and a column for each factor, with unit and meaning."""
    import pyarrow as pa

    arrays = [pa.array(range(len(design)), pa.int64())]
    about = [("point", "-", "design point")]
    for f in study.factors:
        levels = [point[f.name] for point in design]
        kinds = {type(level) for level in levels}
        if kinds == {int, float}:
            levels, kinds = [float(level) for level in levels], {float}
        if len(kinds) > 1:  # a text and a number cannot stand in one column
            levels = [str(level) for level in levels]
        arrays.append(pa.array(levels))
        about.append((f.name, f.unit, f"{f.meaning} ({', '.join(f.keys) or 'variant'})"))
    fields = [
        pa.field(name, array.type, nullable=False, metadata={"unit": unit, "meaning": meaning})
        for (name, unit, meaning), array in zip(about, arrays, strict=True)
    ]
    meaning = f"design points: {study.design.kind}"
    return pa.table(arrays, schema=pa.schema(fields, metadata={"meaning": meaning}))


def _targets(precision: Precision) -> list[dict[str, Any]]:
    """What was asked for; nan, which JSON lacks, becomes null."""
    return [
        {key: value if value == value else None for key, value in target._asdict().items()}
        | {"level": precision.level}
        for target in precision.targets
    ]


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""

"""The documentation does what it says.

Conventions of docs/howto and docs/studies.md: a ```console block holds commands, `$ opendome ...`,
each followed by lines that its output must hold (an ending `error:` line means exit code 2); a
```python block is a script.  The blocks of a page run in order, in one folder and one namespace.
Text that is not to be run stands in a ```text block.
"""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from opendome.cli import main

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(p for p in DOCS.rglob("*.md") if "_build" not in p.parts)
HOWTO = [*sorted((DOCS / "howto").glob("*.md")), DOCS / "studies.md"]
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: `kernels/radar.py`, `tests/unit/test_rng.py`, `data/places.csv`: a file of this project.
FILE = re.compile(r"`([\w./-]+\.(?:py|toml|csv|json))`")
NOT_OURS = {"manifest.json", "pyproject.toml"}
WRITTEN = re.compile(r"Path\(\"([\w.]+)\"\)")


def console(block):
    """Commands of a block, each with the output lines that follow it."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.strip():
            found[-1][1].append(" ".join(line.split()))
    return found


def run(command, shown):
    """Run one command; it must exit and answer as shown."""
    program, *words = shlex.split(command)
    assert program == "opendome", command
    done = CliRunner().invoke(main, words)
    refused = any(line.startswith("error: ") for line in shown)
    assert done.exit_code == (2 if refused else 0), f"{command}: {done.output}"
    output = [" ".join(line.split()) for line in done.output.splitlines()]
    for line in shown:
        assert line in output, f"{command}: {done.output}"


@pytest.mark.parametrize("page", HOWTO, ids=lambda p: p.stem)
def test_howto__runs_as_written(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    space = {"__name__": page.stem}
    for kind, block in BLOCK.findall(page.read_text("utf-8")):
        if kind == "python":
            exec(compile(block, page.name, "exec"), space)
        else:
            for command, shown in console(block):
                run(command, shown)


def test_console__guards_the_guard():
    assert console("$ a b\nx  y\n\n$ c\n") == [("a b", ["x y"]), ("c", [])]
    with pytest.raises(AssertionError, match="no such scenario"):
        run("opendome check two-town", [])
    with pytest.raises(AssertionError, match="two-towns: ok"):
        run("opendome check two-towns", ["something else"])


def test_reference__is_current():
    path = ROOT / "scripts" / "describe_tables.py"
    spec = importlib.util.spec_from_file_location("describe_tables", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    made = {name: (DOCS / "reference" / name).read_text("utf-8") for name in script.pages()}
    stale = [name for name, text in script.pages().items() if made[name] != text]
    assert not stale, f"{stale}: run python scripts/describe_tables.py"
    assert {p.name for p in (DOCS / "reference").glob("*.md")} == set(made)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_pages__name_files_that_exist(page):
    text = page.read_text("utf-8")
    own = NOT_OURS | set(WRITTEN.findall(text))
    for name in set(FILE.findall(text)) - own:
        places = (ROOT, ROOT / "src" / "opendome", page.parent)
        assert any((place / name).exists() for place in places), name


@pytest.mark.parametrize("page", sorted((DOCS / "theory").glob("*.md")), ids=lambda p: p.stem)
def test_theory__names_its_code_its_tests_and_what_is_left_out(page):
    text = page.read_text("utf-8")
    assert re.search(r"Code: `", text)
    assert re.search(r"`tests/\w+/test_\w+\.py`", text)
    assert re.search(r"^## (Left out|Limit|Known limits)$", text, re.MULTILINE)

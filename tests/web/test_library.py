"""Which folders are results, and what they are called."""

import pytest

import opendome as od
from opendome.results import ResultError
from opendome.web import library
from opendome.web.library import Library, Missing
from opendome.web.studies import plan_page


def test_library__finds_runs_and_tells_them_apart(folder, tmp_path):
    (tmp_path / "first").symlink_to(folder / "results" / "first")
    found = Library(None, (folder / "results", tmp_path))
    ids = {e.id for e in found.entries()}
    assert {"first", "second"} <= ids  # a link to a folder is that folder
    assert found.run("first").manifest["seed"] == 7
    assert found.first() in ids
    assert Library(folder / "results" / "second", (folder / "results",)).first() == "second"


def test_library__passes_over_what_is_no_result(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "manifest.json").write_text("[1, 2")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "manifest.json").write_text('{"format": 1}')
    found = Library(None, (tmp_path, tmp_path / "nowhere"))
    assert found.entries() == []
    assert found.first() is None
    with pytest.raises(Missing, match="no result 'a'"):
        found.run("a")
    with pytest.raises(ResultError, match="not a result folder"):
        library.check(tmp_path)


def test_library__sees_a_result_that_comes_later(tmp_path):
    found = Library(None, (tmp_path,))
    assert found.entries() == []
    od.run("two-towns", replications=2, seed=1, trace=()).save(tmp_path / "late")
    assert [e.id for e in found.entries()] == ["late"]


def test_plan__is_its_page_and_its_tables(tmp_path):
    made = tmp_path / "billion"
    made.mkdir()
    (made / "plan.html").write_text("<title>A billion &amp; more</title><p>text")
    (made / "schedule.csv").write_text("item,number\nround,20\nbattery,1\n")
    found = Library(None, (tmp_path,))
    (entry,) = found.entries()
    assert (entry.kind, entry.title) == ("plan", "A billion & more")
    told = plan_page(entry)
    assert told["tables"] == [
        {
            "name": "schedule",
            "columns": ["item", "number"],
            "rows": [["round", "20"], ["battery", "1"]],
        }
    ]
    assert "<p>text" in told["report"]
    with pytest.raises(Missing, match="is a plan, not a run"):
        found.run("billion")

"""A result in a notebook."""

from html import escape
from typing import Any

from opendome.report import summary
from opendome.results import Result

HEAD = ("Figure", "Mean", "90 % of operations", "Published", "Verdict")


def table(result: Result) -> str:
    """The summary as HTML."""
    found = [
        (r.label, summary.mean(r), summary.operations(r), r.published, r.verdict)
        for r in result.summary()
    ]
    title = escape(result.manifest["scenario"]["title"])
    return (
        f"<p><b>{title}</b><br>{escape(summary.headline(result))}</p>"
        f"<table><thead>{_row(HEAD, 'th')}</thead><tbody>"
        f"{''.join(_row(cells, 'td') for cells in found)}</tbody></table>"
    )


def _row(cells: tuple[Any, ...], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(str(c))}</{tag}>" for c in cells) + "</tr>"

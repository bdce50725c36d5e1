"""Figures as SVG: the same bytes every time, and small enough for a page."""

from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Text stays text; identities depend on the content, not on a random number.
STYLE: Any = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "path.simplify": True,
    "path.simplify_threshold": 0.3,
}


def draw(figure: "Figure", name: str = "figure") -> str:
    """An `<svg>` element; `name` keeps the identities of several on one page apart."""
    import matplotlib

    stream = BytesIO()
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": name}):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    text = stream.getvalue().decode("utf-8")
    return text[text.index("<svg") :]


def address(figure: "Figure", name: str = "figure") -> str:
    """The picture as the address of an image that holds itself."""
    return "data:image/svg+xml;base64," + b64encode(draw(figure, name).encode()).decode()

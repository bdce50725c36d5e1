"""The errors that a user of OpenDome meets."""

from collections.abc import Sequence


class ScenarioError(ValueError):
    """Bad input.  Each line says where, what is wrong and what would be right.

    Parameters
    ----------
    lines : str or sequence of str
        One line per problem; line breaks inside a line are replaced by spaces.

    Attributes
    ----------
    lines : tuple of str
        The problems; of more than `MOST` + 1 the first `MOST`, and a line that counts the rest.
    """

    MOST = 10

    def __init__(self, lines: str | Sequence[str]) -> None:
        found = [lines] if isinstance(lines, str) else list(lines)
        shown = [" ".join(line.split()) for line in found]
        if len(shown) > self.MOST + 1:
            shown[self.MOST :] = [f"... and {len(shown) - self.MOST} more"]
        self.lines = tuple(shown)
        super().__init__("\n".join(shown))

    def __reduce__(self) -> tuple:
        return type(self), (self.lines,)


class CapacityError(RuntimeError):
    """A table of fixed size is full; the message names the table, its size and what to raise."""


class ReplicationError(RuntimeError):
    """A replication that cannot be finished: its number, its seed and what happened, one line."""

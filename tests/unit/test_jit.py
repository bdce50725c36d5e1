"""Kernels without reference counts: what would lose memory does not compile, or is found here."""

import ast
from pathlib import Path

import numba
import numpy as np
import pytest

import opendome
from opendome._jit import kernel

KERNELS = Path(opendome.__file__).parent / "kernels"
#: Make arrays for themselves, or are handed them, and return a number.
NUMBERS = {"cost_of", "probabilities", "roll", "fate"}


def decorated():
    """Every function of the kernels: module, name, decorator, syntax tree."""
    for path in sorted(KERNELS.glob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.decorator_list:
                yield path.stem, node.name, ast.unparse(node.decorator_list[0]), node


def calls(node):
    """Names that a function calls."""
    return {n.func.id for n in ast.walk(node) if isinstance(n, ast.Call) and hasattr(n.func, "id")}


def returns(node):
    return any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(node))


def test_kernels__who_is_handed_an_array_counts_references():
    functions = list(decorated())
    makers = {
        (module if name.startswith("_") else "", name)
        for module, name, decorator, node in functions
        if decorator == "allocating_kernel" and returns(node) and name not in NUMBERS
    }
    assert ("", "by_id") in makers
    held = [
        (module, name, called)
        for module, name, decorator, node in functions
        for called in calls(node)
        if decorator != "allocating_kernel" and makers & {("", called), (module, called)}
    ]
    assert held == []


def test_kernel__that_makes_an_array_does_not_compile():
    @kernel
    def make(n):
        return np.zeros(n)

    with pytest.raises(numba.TypingError, match="returning of array"):
        make(3)

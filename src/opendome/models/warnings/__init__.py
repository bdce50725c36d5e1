"""Warnings: which places are warned, and when; `warn` in kernels/warn.py applies the rule."""

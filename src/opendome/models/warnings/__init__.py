"""Warnings: which places are warned, and when; `warn` in kernels/threat.py applies the rule."""

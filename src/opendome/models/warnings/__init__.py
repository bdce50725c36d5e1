"""Warnings: which places are warned, and when; kernels/warn.py applies the rule."""

"""Interceptors: parameters of a round; kernels/flyout.py and lethality.py hold the physics."""

"""Radars: parameters of a sensor; kernels/radar.py holds the physics."""

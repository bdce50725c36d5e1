"""Trackers: rules and priors; kernels/tracks.py and what it imports do the work."""

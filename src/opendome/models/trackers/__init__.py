"""Trackers: rules and priors; kernels/kalman.py, association.py and tracks.py do the work."""

"""Tracks from recorded plots, the bounds that no tracker can beat, and the metrics of tracks."""

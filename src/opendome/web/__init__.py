"""The browser: a small server over result folders, and the page that it serves.

The server reads results and starts runs; it computes nothing that belongs to the simulator.
"""

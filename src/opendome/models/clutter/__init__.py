"""What else flies and gives plots: kernels/clutter.py holds the motion."""

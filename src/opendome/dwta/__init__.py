"""The dynamic problem of assignment by itself: instances, bounds, policies played on them."""

"""Static weapon-target assignment, solved to a proven gap; od.assign is `solve.assign`."""

"""Laboratory values graded by CTCAE; usable alone on real data."""

"""Times to events and their censoring; usable alone on real data."""

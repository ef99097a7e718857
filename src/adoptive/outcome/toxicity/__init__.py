"""Cytokine release and neurotoxicity, graded from bedside signs; usable alone on real data."""

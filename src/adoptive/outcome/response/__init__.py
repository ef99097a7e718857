"""Tumour response from lesions: RECIST 1.1, iRECIST, best response; usable alone on real data."""

"""Fit the model to published trials, and say what they taught."""

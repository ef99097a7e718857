"""Fit the model to evidence: individual series here, summaries of trials beside it."""

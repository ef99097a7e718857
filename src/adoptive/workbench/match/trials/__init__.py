"""Trials in: registry records, CTML and our own studies become :class:`~adoptive.workbench.match.types.Trial`.

Start at :func:`adoptive.workbench.match.trials.load.load_trials`.
"""

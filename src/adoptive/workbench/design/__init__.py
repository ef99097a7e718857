"""Many designs of one study on the same virtual patients: operating characteristics with their Monte Carlo error.

Enters: a study and what is varied. Leaves: a :class:`Varied` in a folder that can be continued after a crash. Where to
start: :func:`vary`; :func:`optimise` searches instead of walking a grid.
"""

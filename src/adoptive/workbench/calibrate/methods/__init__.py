"""Choose the inference by test: a toy problem with a known answer, rival methods, calibration by simulation.

Enter: a :class:`~adoptive.workbench.calibrate.methods.types.Problem` (what is free, what is reported, a simulator).
Leave: draws of each method, their distance from the exact posterior, and the ranks of true values among the draws.
Start with ``toy_problem``, ``compare_methods``, ``sbc`` and ``sbc_of_banks``.
"""

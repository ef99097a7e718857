"""A made-up patient, and the whole way from the tumour to a virtual trial of the receptors: ``adoptive antigen demo``.

Everything about the patient is SYNTHETIC and says so; :mod:`~adoptive.workbench.discover.demo.patient` says what is
made and what is a published sequence.
"""

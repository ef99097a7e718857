"""What the evidence teaches, and what it leaves open: contraction, profiles, information by study, sensitivity.

Enters: a fit's emulators, one per study, and its posterior draws. Leaves: an ``Identifiability``, its document and its
figures. To know: ``identify``, ``as_document``, ``identify_folder``.
"""

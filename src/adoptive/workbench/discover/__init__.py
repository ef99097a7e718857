"""From a patient's tumour to receptors worth building: files of the field in, tables out, every row with its source.

Each command is a module; :mod:`~adoptive.workbench.discover.tables` reads and writes the tables that pass between them.
"""

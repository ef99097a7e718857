"""How people work with the clinic: study files, many trials, the command line and the report.

Enters: a study file. Leaves: a run folder with tables and a report. The functions to know are
:func:`adoptive.workbench.study.load_study`, :func:`adoptive.workbench.engine.run_study` and
:func:`adoptive.workbench.engine.store.write_run`. Nothing imports this folder.
"""

"""How far published trials bear the model out: check what is known, predict what is not, score it later.

Enter: the bundled studies with what they published, and what a fit without each of them says. Leave: which endpoints
lie inside, coverage by group and kind, log scores against pooled class rates, a page; a dated and hashed prediction;
its scores. Functions to know: :func:`~adoptive.workbench.validate.run.check_studies`,
:func:`~adoptive.workbench.validate.predict.predict_study`, :func:`~adoptive.workbench.validate.scored.score_pairs`.
"""

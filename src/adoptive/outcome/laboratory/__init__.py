"""Laboratory values graded by CTCAE; usable alone on real data.

``grade_laboratory`` (in ``grading``) grades values of one term, ``grade_laboratory_rows`` (in ``rows``) the rows of a
table with many terms and units; ``worst_grade`` and ``worst_grade_rows`` (in ``worst``) find the worst grade of each
patient. The limits stand in ``terms.toml``, in words that can be read aloud.
"""

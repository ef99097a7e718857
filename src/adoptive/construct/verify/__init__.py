"""Known answers: sequences, structures and scores that the product must reproduce, run from the installed package."""

from adoptive.construct.verify.case import Case, Verdict

__all__ = ["Case", "Verdict"]

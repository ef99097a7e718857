"""Known answers: sequences, structures and scores that the product must reproduce, run from the installed package."""

from adoptive.construct.verify.case import Case, Cases, Verdict, run_cases

__all__ = ["Case", "Cases", "Verdict", "run_cases"]

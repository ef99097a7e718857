"""The words of eligibility: fields, diseases, treatments, conditions and antigens, with spellings, codes and units.

Enters: the tables beside this file. Leaves: one :class:`Vocabulary`. Know :func:`load_vocabulary`,
:meth:`Vocabulary.find` (a spelling's name) and :meth:`Vocabulary.in_unit` (a laboratory's number in the field's unit).
"""

from __future__ import annotations

from adoptive.trial.eligibility.vocabulary.load import load_vocabulary
from adoptive.trial.eligibility.vocabulary.terms import KINDS, Field, Kind, Term
from adoptive.trial.eligibility.vocabulary.times import days_of
from adoptive.trial.eligibility.vocabulary.words import Vocabulary

__all__ = ["KINDS", "Field", "Kind", "Term", "Vocabulary", "days_of", "load_vocabulary"]

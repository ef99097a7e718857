"""Phrases of treatments, steroids by dose, lines and what failed: forms that are wholly understood."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adoptive.trial.eligibility.statements import All, Flag, Quantity, Statement, Treated

FORMS: tuple[tuple[str, Statement], ...] = (
    ("chemotherapy", Treated(("chemotherapy",))),
    ("platinum-based chemotherapy", Treated(("platinum",))),
    ("a platinum-containing regimen", Treated(("platinum",))),
    ("an anti-PD-1 antibody", Treated(("PD-1 inhibitor",))),
    ("anti-PD-1/PD-L1 antibodies", Treated(("PD-1/PD-L1 inhibitor",))),
    ("CAR-T cell therapy", Treated(("CAR-T cells",))),
    ("CAR T-cell therapy", Treated(("CAR-T cells",))),
    ("gene-modified cell therapy", Treated(("genetically engineered cells",))),
    ("allogeneic stem cell transplantation", Treated(("allogeneic stem cell transplant",))),
    ("allogeneic HSCT", Treated(("allogeneic stem cell transplant",))),
    ("5-FU", Treated(("fluorouracil",))),
    ("Herceptin", Treated(("trastuzumab",))),
    ("major surgical procedure", Treated(("major surgery",))),
    ("live attenuated vaccine", Treated(("live vaccine",))),
    ("adjuvant chemotherapy", Treated(("chemotherapy",), setting="adjuvant")),
    ("neo-adjuvant chemotherapy", Treated(("chemotherapy",), setting="neoadjuvant")),
    ("bridging therapy", Treated(setting="bridging")),
    ("bridging chemotherapy", Treated(("chemotherapy",), setting="bridging")),
    ("CLDN18.2-directed therapy", Treated(("CLDN18.2-targeted therapy",))),
    ("therapy targeting CLDN18.2", Treated(("CLDN18.2-targeted therapy",))),
    ("anti-GPC3 therapy", Treated(("GPC3-targeted therapy",))),
    ("treatment directed against BCMA", Treated(("BCMA-targeted therapy",))),
    (
        "systemic corticosteroids at more than 10 mg/day of prednisone or equivalent",
        Treated(("systemic corticosteroids",), ongoing=True, dose_above=10.0),
    ),
    (
        "systemic steroids (> 10 mg/day prednisone or equivalent)",
        Treated(("systemic corticosteroids",), ongoing=True, dose_above=10.0),
    ),
    ("prednisone > 10 mg daily or equivalent", Treated(("systemic corticosteroids",), ongoing=True, dose_above=10.0)),
    (
        "requiring systemic corticosteroids at doses greater than 10 mg of prednisone equivalent per day",
        Treated(("systemic corticosteroids",), ongoing=True, dose_above=10.0),
    ),
    (
        "daily corticosteroids exceeding 10 mg/day prednisone equivalent",
        Treated(("systemic corticosteroids",), ongoing=True, dose_above=10.0),
    ),
    (
        "use of prednisone at more than 20 mg/day or its equivalent",
        Treated(("systemic corticosteroids",), ongoing=True, dose_above=20.0),
    ),
    ("refractory to trastuzumab", Treated(("trastuzumab",), failed=True)),
    ("progressed on or after trastuzumab", Treated(("trastuzumab",), failed=True)),
    ("progressed on sorafenib or lenvatinib", Treated(("sorafenib", "lenvatinib"), failed=True)),
    ("progression on, or intolerance to, sorafenib", Treated(("sorafenib",), failed=True)),
    (
        "failed a fluoropyrimidine and a platinum",
        All((Treated(("fluoropyrimidine",), failed=True), Treated(("platinum",), failed=True))),
    ),
    ("failed oxaliplatin and/or irinotecan", Treated(("oxaliplatin", "irinotecan"), failed=True)),
    (
        "refractory to a proteasome inhibitor, an immunomodulatory drug and an anti-CD38 antibody",
        All(
            (
                Treated(("proteasome inhibitor",), failed=True),
                Treated(("immunomodulatory drug",), failed=True),
                Treated(("CD38 antibody",), failed=True),
            )
        ),
    ),
    ("relapsed after autologous stem cell transplantation", Treated(("autologous stem cell transplant",), failed=True)),
    ("intolerant to sunitinib", Treated(("sunitinib",), failed=True)),
    ("resistant to osimertinib", Treated(("osimertinib",), failed=True)),
    (
        "relapsed after or refractory to at least two prior lines of systemic therapy "
        "including a fluoropyrimidine and a platinum",
        All(
            (
                Quantity("prior_lines", ">=", 2.0),
                Treated(("fluoropyrimidine",), failed=True),
                Treated(("platinum",), failed=True),
            )
        ),
    ),
    ("at least two prior lines of systemic therapy", Quantity("prior_lines", ">=", 2.0)),
    (">= 2 prior lines of therapy", Quantity("prior_lines", ">=", 2.0)),
    ("two (2) or more prior lines of treatment", Quantity("prior_lines", ">=", 2.0)),
    (
        "one to three prior lines of systemic therapy",
        All((Quantity("prior_lines", ">=", 1.0), Quantity("prior_lines", "<=", 3.0))),
    ),
    ("1-3 prior lines of therapy", All((Quantity("prior_lines", ">=", 1.0), Quantity("prior_lines", "<=", 3.0)))),
    ("no more than 3 prior lines of treatment", Quantity("prior_lines", "<=", 3.0)),
    ("more than 4 prior lines of therapy", Quantity("prior_lines", ">", 4.0)),
    (
        "at least 2 but no more than 4 prior lines of systemic therapy",
        All((Quantity("prior_lines", ">=", 2.0), Quantity("prior_lines", "<=", 4.0))),
    ),
    ("two or more prior systemic regimens", Quantity("prior_lines", ">=", 2.0)),
    (">1 prior line", Quantity("prior_lines", ">", 1.0)),
    (">= 2 prior lines of systemic therapy for metastatic disease", Quantity("prior_lines", ">=", 2.0)),
    (
        "at least 3 prior lines of therapy including a proteasome inhibitor, an immunomodulatory agent, "
        "and an anti-CD38 antibody",
        All(
            (
                Quantity("prior_lines", ">=", 3.0),
                Treated(("proteasome inhibitor",)),
                Treated(("immunomodulatory drug",)),
                Treated(("CD38 antibody",)),
            )
        ),
    ),
    (
        "two or more lines of systemic therapy, including an anthracycline",
        All((Quantity("prior_lines", ">=", 2.0), Treated(("anthracycline",)))),
    ),
    ("failed at least two prior lines of treatment", All((Quantity("prior_lines", ">=", 2.0), Treated(failed=True)))),
    (
        "progressed after at least one line of systemic therapy",
        All((Quantity("prior_lines", ">=", 1.0), Treated(failed=True))),
    ),
    ("failed first-line therapy", All((Quantity("prior_lines", ">=", 1.0), Treated(failed=True)))),
    ("progressed during or after second-line therapy", All((Quantity("prior_lines", ">=", 2.0), Treated(failed=True)))),
    ("received second-line systemic therapy", Quantity("prior_lines", ">=", 2.0)),
    ("disease progression on or after the last line of therapy", Flag("progressed")),
)


@pytest.mark.parametrize(("text", "statement"), FORMS)
def test_form_states(text: str, statement: Statement, stated: Callable[[str], set[Statement]]) -> None:
    assert stated(text) == {statement}

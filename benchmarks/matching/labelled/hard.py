"""Labelled criteria that are hard: most must stay unread, wholly or in part; a guess would be a wrong verdict."""

from __future__ import annotations

from adoptive.trial.eligibility.statements import All, AnyOf, Disease, Flag, Gene, Has, Not, Quantity, Treated, Unread
from benchmarks.matching.labelled.types import Labelled, exclusion, inclusion

REST = Unread("the rest")

HARD: tuple[Labelled, ...] = (
    exclusion("hard", "Any condition that, in the investigator's opinion, would make participation unsafe", REST),
    inclusion("hard", "Adequate organ function", REST),
    inclusion("hard", "Willing and able to comply with the protocol in the judgement of the study doctor", REST),
    exclusion("hard", "Clinically significant cardiac disease", REST),
    exclusion("hard", "Toxicity from earlier treatment that has not recovered to grade 1", REST),
    inclusion("hard", "Tumour burden score of 12 or less by the sponsor's own scale", REST),
    exclusion("hard", "Serum CA 19-9 above 1000 U/mL", REST),
    exclusion("hard", "Serum CEA > 200 ng/mL", REST),
    inclusion("hard", "Ferritin index below the threshold in appendix 4", REST),
    exclusion(
        "hard",
        "Hepatitis B, unless HBV DNA is undetectable and the patient takes antiviral treatment",
        All((Has(("hepatitis B",)), REST)),
    ),
    exclusion(
        "hard",
        "Autoimmune disease, except vitiligo or controlled hypothyroidism",
        All((Has(("autoimmune disease",)), REST)),
    ),
    exclusion(
        "hard",
        "CNS metastases, unless treated and stable for at least 3 months",
        All((Has(("CNS metastases",)), REST)),
    ),
    exclusion(
        "hard",
        "Prior allogeneic transplant other than for the study disease more than 5 years ago",
        All((Treated(("allogeneic stem cell transplant",)), REST)),
    ),
    inclusion(
        "hard",
        "Platelets ≥ 75 x 10^9/L without transfusion in the past 7 days",
        All((Quantity("platelets_e9_l", ">=", 75), Not(Treated(("blood transfusion",), within_days=7)))),
    ),
    exclusion("hard", "Patients who have no measurable disease", Not(Flag("measurable_disease"))),
    inclusion("hard", "Patients without HIV infection", Not(Has(("HIV infection",)))),
    inclusion("hard", "Must not have received prior CAR-T cell therapy", Not(Treated(("CAR-T cells",)))),
    inclusion("hard", "Not currently pregnant", Not(Flag("pregnant"))),
    exclusion("hard", "All of the above in the past 4 weeks", REST),
    exclusion("hard", "Prior CAR-T cell therapy is allowed if more than 6 months ago", REST),
    inclusion("hard", "ANC lead-in: see section 5.2 for 1.0 and 1.5", REST),
    inclusion("hard", "Haemoglobin ≥ 9 mg/dL", REST),
    inclusion("hard", "Recovered from surgery at least as well as expected", REST),
    exclusion("hard", "Positive for HLA-something rare not yet named", REST),
    exclusion("hard", "KRAS mutation other than G12D", All((Gene("KRAS", (), "mutation"), REST))),
    exclusion(
        "hard",
        "Another malignancy within 3 years unless cured by surgery alone",
        All((Disease((), other_than_study_disease=True, within_days=1096), REST)),
    ),
    exclusion("hard", "<script>alert(1)</script>", REST),
    exclusion(
        "hard", "HIV infection or a condition that the doctor thinks matters", AnyOf((Has(("HIV infection",)), REST))
    ),
    inclusion("hard", "Age in complete years, see protocol", REST),
    inclusion("hard", "ECOG as agreed with the sponsor", REST),
)

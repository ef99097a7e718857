"""Sentences of eligibility texts in their usual forms, in words of our own; ``{a|b}`` takes one of several."""

from __future__ import annotations

from typing import Final

TUMOURS: Final = (
    "gastric cancer", "hepatocellular carcinoma", "pancreatic cancer", "ovarian cancer", "mesothelioma", "melanoma",
    "synovial sarcoma", "non-small cell lung cancer", "colorectal cancer", "multiple myeloma", "glioblastoma",
    "diffuse large B-cell lymphoma", "acute lymphoblastic leukaemia", "triple-negative breast cancer", "neuroblastoma",
)  # fmt: skip
TARGETS: Final = (
    "CLDN18.2",
    "GPC3",
    "mesothelin",
    "HER2",
    "MAGE-A4",
    "NY-ESO-1",
    "BCMA",
    "CD19",
    "PRAME",
    "B7-H3",
    "GD2",
)
PLACES: Final = (
    ("Beijing", "China", 39.9, 116.4), ("Shanghai", "China", 31.2, 121.5), ("Houston", "United States", 29.8, -95.4),
    ("Boston", "United States", 42.4, -71.1), ("London", "United Kingdom", 51.5, -0.1), ("Madrid", "Spain", 40.4, -3.7),
    ("Heidelberg", "Germany", 49.4, 8.7), ("Sydney", "Australia", -33.9, 151.2), ("Tokyo", "Japan", 35.7, 139.7),
)  # fmt: skip

INCLUDED: Final = (
    "Age {18|16|21} to {65|70|75} years, {inclusive|either sex}",
    "Men and women aged {18|20} years or older at the time of consent",
    "Histologically {or cytologically |}confirmed {advanced|metastatic|unresectable or metastatic} TUMOUR",
    "TUMOUR that has progressed after at least {one|two|three} prior lines of systemic therapy",
    "{Relapsed or refractory|Recurrent or refractory} TUMOUR after standard treatment",
    "TARGET expression by IHC of at least {2+|1+} in >= {10|40|50|70} % of tumour cells",
    "Tumour positive for TARGET by immunohistochemistry",
    "HLA-A*02:01 positive by {high-resolution |}typing",
    "At least one measurable lesion according to RECIST {1.1|version 1.1}",
    "ECOG performance status of {0 or 1|0-1|0-2|<= 1}",
    "Karnofsky performance score >= {60|70|80} %",
    "Life expectancy of {at least|more than} {3 months|12 weeks|6 months}",
    "Haemoglobin >= {8|8.5|9|10} g/dL",
    "Absolute neutrophil count >= {1.0|1.5} x 10^9/L",
    "Platelet count >= {75|80|100} x 10^9/L",
    "Lymphocytes >= {0.5|300/uL or 0.3} x 10^9/L",
    "Serum creatinine <= 1.5 x ULN or creatinine clearance >= {50|60} mL/min",
    "ALT and AST <= {2.5|3} x ULN (<= 5 x ULN with liver metastases)",
    "Total bilirubin <= {1.5|2} x ULN, except in patients with Gilbert's syndrome",
    "Left ventricular ejection fraction >= {45|50|55} %",
    "Oxygen saturation >= {92|94|95} % on room air",
    "INR <= {1.5|1.7} and aPTT <= 1.5 x ULN",
    "Adequate venous access for leukapheresis and no other contraindication to leukapheresis",
    "Women of childbearing potential need a negative pregnancy test within {7|14} days before {apheresis|infusion}",
    "Participants agree to use effective contraception until {6|12} months after the infusion",
    "Able to understand and sign the informed consent form",
    "Willing to stay near the hospital for {2|4} weeks, with a caregiver",
    "At least {2|3|4} weeks since the last chemotherapy before apheresis",
    "Recovered to grade 1 or less from the toxicity of earlier treatment, other than hair loss",
    "Adequate organ function in the opinion of the investigator",
)

EXCLUDED: Final = (
    "Pregnant or breastfeeding women",
    "Active {hepatitis B or hepatitis C|hepatitis B, hepatitis C or HIV infection}",
    "HBsAg positive with HBV DNA above {500|2000} IU/mL",
    "Known HIV infection",
    "{Uncontrolled|Active} infection that needs intravenous treatment",
    "{Active|Untreated|Symptomatic} central nervous system metastases",
    "Active autoimmune disease that needed systemic treatment within the past {2 years|12 months}",
    "Systemic corticosteroids above {10|15|20} mg/day of prednisone or equivalent within {7|14} days before apheresis",
    "Prior CAR-T cell therapy{| or other gene-modified cell therapy}",
    "Earlier treatment directed against TARGET",
    "Allogeneic stem cell transplant{| within 6 months}",
    "Another malignancy within {2|3|5} years, except cured basal cell carcinoma of the skin",
    "Chemotherapy, immunotherapy or radiotherapy within {2|3|4} weeks before {apheresis|the infusion}",
    "Small-molecule inhibitors within {1|2} weeks or 5 half-lives, whichever is shorter, before leukapheresis",
    "Live vaccine within {4|6} weeks before lymphodepletion",
    "Major surgery within {2|4} weeks before enrolment",
    "Myocardial infarction, unstable angina or stroke within {6|12} months",
    "New York Heart Association class {III or IV|II or above} heart failure",
    "QTc above {470|480} ms",
    "Uncontrolled hypertension or diabetes",
    "Interstitial lung disease or pneumonitis that needed steroids",
    "History of seizures or other disorder of the central nervous system",
    "Ascites or pleural effusion that needs drainage",
    "Gastrointestinal bleeding within {3|6} months",
    "Known allergy to {fludarabine|cyclophosphamide|dimethyl sulfoxide}",
    "Takes part in another interventional trial{| within 4 weeks}",
    "Anticoagulants in a full dose that cannot be stopped",
    "Any condition that in the view of the investigator makes the patient unsuitable",
)

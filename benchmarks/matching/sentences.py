"""Sentences of eligibility texts in their usual forms, in our own words: ``{a|b}`` takes one, ``{7~90}`` a number."""

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
    "Age {16~21} to {60~85} years, {inclusive|either sex}",
    "Men and women aged {16~25} years or older at the time of consent",
    "Histologically {or cytologically |}confirmed {advanced|metastatic|unresectable or metastatic} TUMOUR",
    "TUMOUR that has progressed after at least {one|two|three} prior lines of systemic therapy",
    "{Relapsed or refractory|Recurrent or refractory} TUMOUR after standard treatment",
    "TARGET expression by IHC of at least {2+|1+} in >= {5~95} % of tumour cells",
    "Tumour positive for TARGET by immunohistochemistry",
    "HLA-A*02:01 positive by {high-resolution |}typing",
    "At least one measurable lesion according to RECIST {1.1|version 1.1}",
    "ECOG performance status of {0 or 1|0-1|0-2|<= 1}",
    "Karnofsky performance score >= {50~90} %",
    "Life expectancy of {at least|more than} {2~12} {months|weeks}",
    "Haemoglobin >= {7~11}.{0~9} g/dL",
    "Absolute neutrophil count >= {0~2}.{1~9} x 10^9/L",
    "Platelet count >= {30~150} x 10^9/L",
    "Lymphocytes >= {100~900}/uL",
    "Serum creatinine <= {1~2}.{0~9} x ULN or creatinine clearance >= {30~90} mL/min",
    "ALT and AST <= {1~4}.{0~9} x ULN (<= {5~9} x ULN with liver metastases)",
    "Total bilirubin <= {1~3}.{0~9} x ULN, except in patients with Gilbert's syndrome",
    "Left ventricular ejection fraction >= {35~65} %",
    "Oxygen saturation >= {88~97} % on room air",
    "INR <= {1~2}.{0~9} and aPTT <= {1~2}.{0~9} x ULN",
    "Adequate venous access for leukapheresis and no other contraindication to leukapheresis",
    "Women of childbearing potential need a negative pregnancy test within {2~30} days before {apheresis|infusion}",
    "Participants agree to use effective contraception until {2~24} months after the infusion",
    "Able to understand and sign the informed consent form",
    "Willing to stay near the hospital for {1~9} weeks, with a caregiver",
    "At least {1~12} weeks since the last chemotherapy before apheresis",
    "Recovered to grade 1 or less from the toxicity of earlier treatment, other than hair loss",
    "Adequate organ function in the opinion of the investigator",
)

EXCLUDED: Final = (
    "Pregnant or breastfeeding women",
    "Active {hepatitis B or hepatitis C|hepatitis B, hepatitis C or HIV infection}",
    "HBsAg positive with HBV DNA above {100~2000} IU/mL",
    "Known HIV infection",
    "{Uncontrolled|Active} infection that needs intravenous treatment",
    "{Active|Untreated|Symptomatic} central nervous system metastases",
    "Active autoimmune disease that needed systemic treatment within the past {3~36} months",
    "Systemic corticosteroids above {5~40} mg/day of prednisone or equivalent within {3~30} days before apheresis",
    "Prior CAR-T cell therapy{| or other gene-modified cell therapy}",
    "Earlier treatment directed against TARGET",
    "Allogeneic stem cell transplant{| within {3~24} months}",
    "Another malignancy within {1~10} years, except cured basal cell carcinoma of the skin",
    "Chemotherapy, immunotherapy or radiotherapy within {1~12} weeks before {apheresis|the infusion}",
    "Small-molecule inhibitors within {3~30} days or {3~7} half-lives, whichever is shorter, before leukapheresis",
    "Live vaccine within {2~12} weeks before lymphodepletion",
    "Major surgery within {1~12} weeks before enrolment",
    "Myocardial infarction, unstable angina or stroke within {2~24} months",
    "New York Heart Association class {III or IV|II or above} heart failure",
    "QTc above {430~520} ms",
    "Uncontrolled hypertension or diabetes",
    "Interstitial lung disease or pneumonitis that needed steroids",
    "History of seizures or other disorder of the central nervous system",
    "Ascites or pleural effusion that needs drainage",
    "Gastrointestinal bleeding within {1~12} months",
    "Known allergy to {fludarabine|cyclophosphamide|dimethyl sulfoxide}",
    "Takes part in another interventional trial{| within {1~12} weeks}",
    "Anticoagulants in a full dose that cannot be stopped",
    "Any condition that in the view of the investigator makes the patient unsuitable",
)

"""Phrases of what a trial asks around the treatment: veins, leukapheresis, caregiver, consent, contraception, tissue."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.statements import Flag, Not, Statement, Treated
from adoptive.workbench.match.read.phrases.phrase import Phrase

__all__ = ["PHRASES"]

# "must" stays outside: what stands before it may be a condition ("men must ...").
_WILLING: Final = (
    r"(?:(?:be |is |are )?(?:willing(?:ness)?|able|agree(?:s|ing|ment)?|consents?|ability|capable|willing and able|able and willing|willingness and ability|willing or able)"
    r"(?: to| of)?(?:,? and (?:able|willing)(?: to)?)? )"
)
_UNWILLING: Final = r"(?:(?:is |are )?(?:unwilling(?:ness)?|unable|inability|refusal|not willing|not able|unable or unwilling|unwilling or unable|inability or unwillingness|unwillingness or inability) to )"
_APHERESIS: Final = r"(?:leuk?c?o?k?apheresis|apheresis|leucapheresis)(?: procedure| collection)?"
_FOR_CELLS: Final = (
    rf"(?: (?:for|to (?:undergo|allow|perform|permit)) (?:the )?(?:{_APHERESIS}|(?:T[- ]?cell |PBMC |cell )?collection|mononuclear cell collection)(?: or (?:venous sampling|{_APHERESIS}))?)?"
)
_GOOD: Final = r"(?:adequate|sufficient|suitable|appropriate|acceptable|good|eligible)"
_POOR: Final = r"(?:inadequate|insufficient|poor|unsuitable|lack of(?: adequate| suitable)?|no(?: adequate| suitable)?)"
_VEINS: Final = r"(?:(?:peripheral )?(?:venous|vein|intravenous|vascular|IV) access|peripheral veins)"
_CENTRE: Final = r"(?:(?:the |a |their )?(?:treatment|study|treating|transplant|clinical|investigational|infusion|trial)? ?(?:centers?|centres?|sites?|hospitals?|institutions?|facilit(?:y|ies)))"
_TIME: Final = (
    r"(?:(?:,? (?:for|during|throughout|after|following|from|until|at|least|the|a|of|study|trial|treatment|participation|period|duration|last|final|infusion|infused|cell|cells|T|T-cell|CAR-T|CAR|TCR-T|dose|and|up|to|"
    r"days?|weeks?|months?|years?|first|minimum|post|before|prior|start|starting|time|signing|consent|informed|drug|therapy|lymphodepletion|lymphodepleting|chemotherapy|product|entire|\d{1,3}|one|two|three|four|six|twelve|fifteen|"
    r"hours?|per|day|around|clock|24/7|about|approximately|\(\d{1,3}\)))(?![\w-])){0,30}"
)
_CONTRACEPTION: Final = (
    r"(?:(?:an? |two |one |at least one )?(?:highly |medically |adequate |adequately |effective |acceptable |approved |reliable |appropriate |double[- ]barrier |barrier |sufficient |acceptably |methods? |forms? |means |of |and |or |birth control |contraceptive ){0,8}"
    r"(?:contracepti(?:on|ves?)(?: (?:methods?|measures?|precautions))?|birth control(?: methods?)?|methods? of birth control))"
)
_TISSUE: Final = r"(?:(?:archival |archived |fresh |tumou?r |biopsy |tissue |paraffin-embedded |formalin-fixed,? |FFPE |diagnostic |or ){0,6}(?:tissue|biops(?:y|ies)|specimens?|samples?|material|blocks?|slides?))"
_STANDARD: Final = r"(?:(?:curative |effective |available |approved |further |alternative |known |other ){0,3}standard(?:[- ]of[- ]care)?(?: of care)?(?: curative| systemic)? (?:therap(?:y|ies)|treatments?|options?)(?: options?)?)"
_TRIAL: Final = r"(?:(?:interventional |clinical |investigational |therapeutic |drug |treatment |device |research ){0,3}(?:trials?|stud(?:y|ies)))"

_ROWS: Final[tuple[tuple[str, tuple[str, ...], str, str], ...]] = (
    ("venous_access", ("access", "veins"), rf"{_GOOD} {_VEINS}{_FOR_CELLS}|{_VEINS} (?:(?:is |are )?{_GOOD})(?: for {_APHERESIS}| to undergo {_APHERESIS})?", ""),
    ("venous_access", ("access", "veins"), rf"{_POOR} {_VEINS}{_FOR_CELLS}|{_VEINS} (?:(?:is |are )?(?:inadequate|insufficient|poor|not adequate))(?: for {_APHERESIS})?", "not"),
    ("apheresis_possible", ("apheresis",), rf"(?:can|able to|{_GOOD} (?:for|to)|fit (?:for|to)|a candidate for|candidates? for|no contraindications? (?:to|for)|without contraindications? (?:to|for)|{_WILLING})(?: (?:safely )?(?:undergo|tolerate|receive|have))?(?: the)? ?{_APHERESIS}", ""),
    ("apheresis_possible", ("apheresis",), rf"(?:contraindications? (?:to|for)|contraindicated for|{_UNWILLING}(?:undergo|tolerate|receive)|not (?:eligible|suitable|fit|a candidate) for|cannot (?:undergo|tolerate))(?: the)? {_APHERESIS}", "not"),
    ("caregiver", ("caregiver", "carer"), rf"(?:(?:has |have |availability of |presence of )?(?:an? )?(?:(?:identified|reliable|responsible|dedicated|adult|committed|capable|available|full-time|24-hour|24/7|suitable)(?:,? |, )){{0,3}}(?:caregiver|carer|care giver)s?(?: (?:is )?(?:available|identified|present|who (?:can|will|is able to) (?:stay with (?:them|the patient)|be (?:present|available))))?{_TIME})", ""),
    ("stays_near_centre", ("stay", "remain", "reside", "live", "lodge"), rf"(?:{_WILLING})?(?:stay(?:ing)?|remain(?:ing)?|resid(?:e|ing)|liv(?:e|ing)|lodg(?:e|ing)) (?:near|close to|in (?:the )?(?:vicinity|proximity) of|within (?:\d{{1,3}}|one|two) ?-?(?:km|kilomet(?:er|re)s?|miles?|minutes?|hours?)(?: (?:drive|driving distance|travel|travel time))?(?: of| from)) {_CENTRE}{_TIME}", ""),
    ("bridging_needed", ("bridging",), r"(?:requires?|requiring|in need of|need for|needs?|needing) bridging (?:therapy|treatment|chemotherapy)", ""),
    ("consents", ("consent",), rf"(?:(?:{_WILLING})?(?:to )?(?:understand(?:ing)?(?:(?:,? and|,)(?: {_WILLING.strip()})?(?: to)?)? )?(?:(?:voluntarily )?(?:provid(?:e|ing|ed)|giv(?:e|ing)|given|sign(?:ed|ing)?|obtained|obtain)(?: and (?:sign|date|provide|dated))? )(?:an? |the |their |his |her )?(?:written |voluntary |signed |valid )*(?:informed )?consent(?: (?:form|document))?(?: \((?-i:ICF)\))?|(?:written |signed |voluntary )+informed consent(?: (?:form|document))?(?: (?:is |must be |has been )?(?:obtained|provided|given|signed))?|informed consent (?:is |must be |has been )?(?:obtained|provided|given|signed))(?: (?:for|to participate in|to take part in|before entering) (?:this |the )(?:study|trial))?", ""),
    ("consents", ("consent",), rf"{_UNWILLING}(?:understand(?:,? and|,|,? or) )?(?:provide|give|sign|provide or sign)(?: an?| the| their)? (?:written |voluntary |valid )*(?:informed )?consent(?: form)?", "not"),
    ("agrees_follow_up", ("comply", "complian", "follow", "adhere", "attend"), rf"{_WILLING}(?:to )?(?:comply(?:ing)?(?: with)?|adhere to|complete|attend|follow|participate in|undergo|with)(?: (?:all|the|any|required|study|trial|protocol|scheduled?|planned|visit|visits|procedures?|requirements?|assessments?|tests?|follow-?up|long-term|schedules?|instructions?|and|other|examinations?|laboratory|restrictions|treatment|plan|specified|up|evaluations?|15-year|with|of)(?:,)?){{1,16}}{_TIME}", ""),
    ("agrees_follow_up", ("comply", "complian", "follow", "adhere"), rf"{_UNWILLING}(?:comply with|adhere to|complete|follow)(?: (?:all|the|any|required|study|trial|protocol|scheduled?|planned|visit|visits|procedures?|requirements?|assessments?|follow-?up|long-term|schedules?|instructions?|and)(?:,)?){{1,12}}", "not"),
    ("agrees_contraception", ("contracept", "birth control"), rf"(?:{_WILLING}?(?:to )?(?:use|practi[cs]e|employ|using|practi[cs]ing|the use of|follow) {_CONTRACEPTION}{_TIME})", ""),
    ("agrees_contraception", ("contracept", "birth control"), rf"{_UNWILLING}(?:use|practi[cs]e|employ) {_CONTRACEPTION}{_TIME}", "not"),
    ("in_another_trial", ("trial", "stud"), rf"(?:(?:currently |concurrent(?:ly)? |simultaneous(?:ly)? |is |are |active )*(?:participat(?:ing|ion)|enrol(?:l)?(?:ed|ment)|taking part|involvement) in (?:another|any other|other|a different) {_TRIAL})", ""),
    ("no_standard_treatment_left", ("standard", "exhausted"), rf"(?:(?:for (?:whom|which) )?(?:there (?:is|are) )?no {_STANDARD}(?: (?:is|are))?(?: (?:available|exists?|remaining|left|known))?(?: (?:is|are) available| exists?)?|(?:have |has )?exhausted (?:all )?(?:available )?{_STANDARD}|(?:for (?:whom|which) )?{_STANDARD} (?:(?:does|do) not exist|(?:is|are) not available|(?:is|are) no longer (?:available|effective)))", ""),
    ("refuses_standard_treatment", ("refus", "declin"), rf"(?:(?:have |has )?(?:refus(?:e|es|ed|ing)|declin(?:e|es|ed|ing)) {_STANDARD})", ""),
    ("biopsy_available", ("tissue", "biops", "specimen", "sample", "block"), rf"(?:availab(?:ility of|le) {_TISSUE}|{_TISSUE} (?:is |are |must be |should be )?(?:available|accessible)|{_WILLING}(?:to )?(?:undergo|provide|have) (?:an? )?(?:tumou?r |fresh |mandatory |pre-?treatment |new |archival |baseline )*{_TISSUE}|(?:tumou?r|disease|lesions?) (?:(?:that is |that are )?(?:accessible|amenable)) (?:to|for) (?:a )?(?:core |tumou?r |needle )*biops(?:y|ies))(?: for (?:biomarker |antigen |central )?(?:testing|analysis|review))?", ""),
    ("resectable_tumour_for_product", ("resect", "til"), r"(?:at least one |a )?resectable (?:tumou?r |metastatic )?(?:lesion|tumou?r|metastasis)(?: \(or aggregate of lesions\))? (?:for|to generate) (?:the )?(?:TILs?|tumou?r-infiltrating lymphocytes?|product)(?: (?:generation|production|manufactur(?:e|ing)|harvest))?", ""),
    ("swallows_tablets", ("swallow",), rf"(?:{_WILLING}|can )(?:to )?swallow (?:oral )?(?:medications?|tablets|pills|capsules)", ""),
    ("swallows_tablets", ("swallow",), rf"{_UNWILLING}swallow (?:oral )?(?:medications?|tablets|pills|capsules)", "not"),
)  # fmt: skip
"""Field, literals of the sieve, form, and "not" where the form says the contrary of the field."""

_TRIAL_OF_DRUG: Final = (
    rf"(?:participat(?:ed|ion|ing)|enrol(?:l)?(?:ed|ment)) in (?:an? |another |any |any other |other )?{_TRIAL} (?:with|of|involving|using|receiving) (?:an |any )?(?:investigational|experimental) (?:agents?|drugs?|products?|medicinal products?|therap(?:y|ies)|treatments?)"
)


def _phrase(field: str, words: tuple[str, ...], form: str, sign: str) -> Phrase:
    statement: Statement = Not(Flag(field)) if sign else Flag(field)
    pattern = re.compile(rf"(?<![\w-])(?:{form})(?![\w-])", re.IGNORECASE)
    return Phrase(f"{sign or 'yes'} {field}", words, pattern, lambda match: statement)


PHRASES: Final = (
    *(_phrase(*row) for row in _ROWS),
    Phrase(
        "trial of an investigational drug",
        ("investigational", "experimental"),
        re.compile(rf"(?<![\w-])(?:{_TRIAL_OF_DRUG})(?![\w-])", re.IGNORECASE),
        lambda match: Treated(("investigational drug",)),
    ),
)

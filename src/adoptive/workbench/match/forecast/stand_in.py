"""Which simulated study stands for a trial: its own, the bundled one of the same number, or the nearest by rule."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from adoptive.antigen.expression import OTHER_NAMES
from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.eligibility.vocabulary import load_vocabulary
from adoptive.trial.types import Study
from adoptive.workbench.match.forecast.checked import checked_studies
from adoptive.workbench.match.forecast.known import main_diagnosis
from adoptive.workbench.match.forecast.names import model_tumours
from adoptive.workbench.match.forecast.record_words import OWN_ANTIGENS, RecordWords, region_of, words_of
from adoptive.workbench.match.types import Refused, Trial

__all__ = ["Chosen", "choose_study"]

_NUMBER = re.compile(r"NCT\d{8}")


@dataclass(frozen=True)
class Chosen:
    """Hold the study that is simulated for a trial, why, and what has to be said of it; ``region`` is the trial's."""

    study: Study
    basis: str
    cautions: tuple[str, ...]
    region: str


def choose_study(trial: Trial, facts: Facts) -> Chosen | Refused:
    """Choose the study to simulate for a trial.

    Our own study is simulated as it is. A record whose registry number a bundled study bears is that study. For any
    other record a bundled study stands in only if kind of cells, target and tumour are the same, nothing else is given
    beside the cells, and it was checked against published results. Of several the ones with the named product, then
    those of the same region; if different products are left, none is chosen; of one product the study of which most
    numbers were compared with published ones.
    """
    if isinstance(trial.study, Study):
        region = trial.study.facility.region
        return Chosen(trial.study, "This study itself is simulated, as its file describes it.", (), region)
    if trial.format == "study":
        return Refused("The study could not be read, so it cannot be simulated.")
    same = [study for study in _bundled() if trial.id in _numbers(study)]
    if same:
        study = _best_known(same)
        return Chosen(study, f"The bundled study {study.name} is this trial ({trial.id}).", (), study.facility.region)
    words = words_of(trial)
    return words if isinstance(words, Refused) else _nearest(trial, words, facts)


@lru_cache(maxsize=1)
def _bundled() -> tuple[Study, ...]:
    """Load the bundled studies that give cells and were checked against published results."""
    from adoptive.workbench.study import list_studies, load_study

    checked = {name for name, found in checked_studies().items() if found["of"]}
    studies = (load_study(name) for name in list_studies() if name in checked)
    return tuple(study for study in studies if study.trial.cell_arms)


def _numbers(study: Study) -> frozenset[str]:
    return frozenset(_NUMBER.findall(study.title))


def _best_known(studies: Iterable[Study]) -> Study:
    """Give the study of which most numbers were compared with published ones; the largest of equals."""
    compared = checked_studies()
    return max(studies, key=lambda study: (compared[study.name]["of"], study.trial.randomised, study.name))


def _nearest(trial: Trial, words: RecordWords, facts: Facts) -> Chosen | Refused:
    """Find the stand-in for a record by the rules."""
    tumour = _tumour(words, facts)
    if isinstance(tumour, Refused):
        return tumour
    alike = [one for one in _bundled() if _same_cells(one, words)]
    if not alike:
        return Refused(
            f"The model has no {words.modality} study against {words.target}; it would need one with published results."
        )
    fits = [one for one in alike if tumour in _tumours(one)]
    if not fits:
        return Refused(
            f"The model has no {words.modality} study against {words.target} in {tumour} tumours; "
            "it would need one with published results."
        )
    fits = [one for one in fits if _beside(one) == words.beside]
    if not fits:
        given = ", ".join(sorted(words.beside)) or "nothing"
        return Refused(f"Beside the cells the record names {given}; the model has no study of that combination.")
    left = _narrow(fits, words)
    products = sorted({one.construct.product for one in left})
    if len(products) > 1:
        return Refused(
            f"Several products could be meant ({', '.join(products)}) and they differ; the record names none."
        )
    study = _best_known(left)
    return Chosen(study, _basis(study, words, tumour), _cautions(study, words), region_of(trial))


def _tumour(words: RecordWords, facts: Facts) -> str | Refused:
    """Give the model's tumour type: the patient's, if the record is for it; without a diagnosis the record's one."""
    names = load_vocabulary()
    diagnosis = main_diagnosis(facts)
    if not diagnosis:
        types = {tumour for one in words.conditions for tumour in model_tumours(one)}
        if len(types) == 1:
            return types.pop()
        return Refused(
            "The patient's diagnosis is not known and the record does not name one tumour that the model knows."
        )
    own = model_tumours(diagnosis)
    if len(own) != 1:
        return Refused(f"The model does not know {diagnosis}, so there is no forecast.")
    name = names.find("diseases", diagnosis) or diagnosis
    if any(names.is_a("diseases", name, one) for one in words.conditions):
        return own[0]
    if any(model_tumours(one) == own for one in words.conditions):
        return own[0]
    return Refused(f"The record does not name {diagnosis} among its conditions, as far as they are understood.")


def _plain(antigen: str) -> str:
    return OTHER_NAMES.get(antigen.upper(), antigen.upper())


def _same_cells(study: Study, words: RecordWords) -> bool:
    """Say whether a study gives such cells; those from a tumour see what it bears, unless they were selected."""
    if study.construct.modality != words.modality:
        return False
    if words.target == OWN_ANTIGENS:
        return not study.antigen.private
    return _plain(study.antigen.target) == _plain(words.target)


def _tumours(study: Study) -> frozenset[str]:
    return frozenset(name for arm in study.trial.cell_arms for name, _ in study.of_arm(arm).cohort.tumours)


def _beside(study: Study) -> frozenset[str]:
    """Give what a study gives beside the cells, in the vocabulary's names."""
    words = load_vocabulary()
    drugs = {drug.drug for drug in study.infusion.drugs} | (
        {"pembrolizumab"} if study.infusion.pembrolizumab_mg else set()
    )
    return frozenset(words.find("treatments", drug) or drug for drug in drugs)


def _narrow(fits: list[Study], words: RecordWords) -> list[Study]:
    """Keep those with the product that the record names, then those of its region, wherever any are left."""
    names = load_vocabulary()
    named = [one for one in fits if names.find("treatments", one.construct.product) in words.products]
    left = named or fits
    near = [one for one in left if one.facility.region == words.region]
    return near or left


def _basis(study: Study, words: RecordWords, tumour: str) -> str:
    return (
        f"The bundled study {study.name} stands in for this trial, because both give {words.modality} cells against "
        f"{words.target} in {tumour} tumours; it is another trial."
    )


def _cautions(study: Study, words: RecordWords) -> tuple[str, ...]:
    """Say what of the stand-in may differ from the trial."""
    said = ["Receptor, dose, conditioning, schedule and entry rules are those of the stand-in, not of this trial."]
    if words.region != study.facility.region:
        where = (
            f"in {words.region}" if words.region else "in more than one region, or in one that the model does not know"
        )
        said.append(f"Days of manufacture are those of {study.facility.region}; this trial runs {where}.")
    if words.products and load_vocabulary().find("treatments", study.construct.product) not in words.products:
        said.append(f"The stand-in's product is {study.construct.product}; the record names another.")
    return tuple(said)

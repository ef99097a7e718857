"""An in-silico clinic for engineered T cells, from the antigen to the survival curve.

Three verbs lead to a judged trial; importing the package loads nothing heavy until one of them is asked for::

    import adoptive
    study = adoptive.load_study("study.toml")
    record = adoptive.run_trial(study, seed=1)
    adoptive.judge(record)

The folders are the journey, in the order in which the cell travels: ``antigen``, ``cohort``, ``construct``,
``facility``, ``infusion``, ``kinetics``, ``outcome``, ``trial``, ``verdict``; people work with it in ``workbench``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from adoptive.verdict import EndpointSpec
    from adoptive.workbench.notebook import Study, judge, load_study, run_trial

__all__ = ["EndpointSpec", "Study", "__version__", "judge", "load_study", "run_trial"]

__version__ = "0.1.0"

_HOME: Final = {
    "EndpointSpec": "adoptive.verdict",
    "Study": "adoptive.workbench.notebook",
    "judge": "adoptive.workbench.notebook",
    "load_study": "adoptive.workbench.notebook",
    "run_trial": "adoptive.workbench.notebook",
}
"""Where the public names come from; what the notebook's module gives, a notebook can show."""


def __getattr__(name: str) -> object:
    """Fetch a public name from its home when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'adoptive' has no attribute {name!r}; it offers {', '.join(__all__)}")
    found: object = getattr(importlib.import_module(_HOME[name]), name)
    return found


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)

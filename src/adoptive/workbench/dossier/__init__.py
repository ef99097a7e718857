"""One document on how far the simulations may be trusted: the credibility dossier, written from results alone.

Enters: results that exist (a calibration's folder, a check's JSON, a record of tests, a run folder); what is missing
and cheap is computed, what is missing and dear is said to be. Leaves: a ``Dossier``, as HTML, Markdown or JSON.
To know: ``build_dossier``, ``as_html``, ``as_markdown``, ``as_document``.
"""

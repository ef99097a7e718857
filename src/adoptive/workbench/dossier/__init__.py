"""One document on how far the simulations may be trusted: the credibility dossier, written from results alone."""

"""From a receptor to an order: sequences, checks, GenBank files, and the specification that a study can use."""

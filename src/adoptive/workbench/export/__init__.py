"""Export a run in the formats of other people's tools, labelled as simulated."""

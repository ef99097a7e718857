"""How well are criteria read? A labelled set, synthetic patients, and the scores of the reader."""

"""Population fits to individual series (nonlinear mixed effects): data and a model enter, a :class:`PopulationFit` leaves."""

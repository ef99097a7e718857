"""The engines that race: one module each, with `prepare(problem)` that returns `run(rtol)` -> states at the visits."""

"""From a trajectory to what the clinic records: signs, laboratory values, scans, fate."""

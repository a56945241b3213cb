"""Reports: one view model of a run, and the forms in which people and machines read it."""

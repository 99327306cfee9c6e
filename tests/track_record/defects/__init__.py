"""One module for each defect: what is wrong, where, and the scenario that shows it."""

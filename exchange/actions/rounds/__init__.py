"""Exchange rounds: planning one from the records, running the solver over it, and taking the plan over."""

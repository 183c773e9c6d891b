"""The use-cases: load, ask the domain, write, record, commit. One function is one transaction."""

"""The rules of exchange: values in, verdicts out. Standard library only; no clock, no randomness."""

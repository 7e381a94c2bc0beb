"""Abstracts: one contract, one file per method."""

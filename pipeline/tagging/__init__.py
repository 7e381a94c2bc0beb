"""Topic tagging: one contract, one file per method."""

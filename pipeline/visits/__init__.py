"""The visit record: who met whom, when, where, about what, and what came of it; by rules, over the tagged sentences."""

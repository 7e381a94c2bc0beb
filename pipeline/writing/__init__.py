"""Briefings to JSON, Markdown, plain text and the terminal."""

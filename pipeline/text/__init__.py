"""Text with offsets: splitting into sentences, finding clauses."""

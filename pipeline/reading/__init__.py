"""From bytes to a `Document`: encodings, text and HTML files, page furniture."""

"""`jianbao serve`: briefings over HTTP, and a page to paste articles into."""

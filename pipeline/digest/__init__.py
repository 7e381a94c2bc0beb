"""Many briefings to one: reports of one event together, events by week, city or organisation."""

"""Input of the programmes desks -> clean values; nothing is written here."""

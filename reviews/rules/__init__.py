"""Plain decisions of the review: who may not look (recusal), who is drawn (draw), what a sheet adds up to (scores),
and where the line falls (ranking). No database, no Django: thousands of cases a second in property tests."""

"""What guides define, as data, and how it is evaluated: plain Python, no database.

conditions  who may apply: trees of facts with PASS / FAIL / HUMAN and the clause behind each answer
amounts     how much: a small safe formula language in exact decimals, explained line by line
forms       what is asked: sections and fields, cleaned per section as draft or as final
budget      headings and progressive indirect-cost bands
targets     the table of measurable targets
sheets      score sheets of reviewers
schema      is a whole guide's data well formed? every problem at once
"""

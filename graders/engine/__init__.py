"""How grading works; nothing here names a question. A module imports only what stands above it.

- results: frozen records of verdicts, versioned JSON
- entries: the files of one topic as records, with the rules that they keep
- agreement: whether the three trees and the questions agree
- catalog: topics, exercises, mistakes and questions, by id or by what a user types
- sources: the texts of a submission, from a folder or from memory
- protocol: the wire format between judge and sandbox
- sandbox/: runs untrusted code
- describe, compare: words for values; where two values part
- session: one submission to one exercise, loaded and called in the sandbox
- submission: what a grader sees: stand-ins whose calls go to the session
- kit/: what graders import
- triage: what can be said of a submission without running it
- examples: the public examples of a learner's docstrings, run in the sandbox
- judge: one persistent pytest session
- handout: grading where there are no checks: the public examples alone
- diagnosis: names the known mistake
- store: verdicts in SQLite, keyed by content
- run: one run of grading, from triage to report
- terminal/: what all commands have in common
- pool/: many submissions over many judges
- learner/: what a learner has
- cohort/: what an instructor has
- cli: the command line
"""

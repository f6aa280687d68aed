"""How grading works; nothing here names a question. Imports point upwards in this list only.

results       frozen records of verdicts, versioned JSON
sources       the texts of a submission, from a folder or memory
protocol      the wire format between judge and sandbox
sandbox/      runs untrusted code
describe, compare    words for values; where two values part
submission    what a grader sees: stand-ins whose calls go to the sandbox
kit/          what graders import
triage        what can be said of a submission without running it
judge         one persistent pytest session
diagnosis     names the known mistake
store         verdicts in SQLite, keyed by content
run           one run of grading, from triage to report
learner/      the command line
"""

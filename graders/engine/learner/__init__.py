"""The command line for learners. Only what is here prints.

visible    text that nobody trusts, made safe to show
words      the sentences of the command line
report     a verdict as lines of text
junit      a report as JUnit XML
output     standard output, and the files that a run leaves
display    shows a run as it goes
cli        arguments, grading, exit statuses
"""

"""The command line for learners. Only what is here prints.

visible    text that nobody trusts, made safe to show
words      the sentences of the command line
report     a verdict as lines of text
junit      a report as JUnit XML
output     standard output, and the files that a run leaves
display    shows a run as it goes
meter      bars of characters
present    grades texts as they are now, with verdicts kept
progress   what a learner has, as one record
summary    progress as lines of text
layers     places a graph of prerequisites on paper
page       progress as a page of HTML
transfer   progress that moves between machines
cli        arguments, grading, exit statuses
"""

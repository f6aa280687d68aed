"""What a learner has. Only commands print.

words       the sentences of the command line
report      a verdict as lines of text
junit       a report as JUnit XML
display     shows a run as it goes
kept        verdicts that are kept, as far as that works
notes       what has to be said of a run as a whole
journal     what a learner has done: attempts, hints, interviews
attempts    verdicts as entries of the journal
hints       which hint comes next
stubs       a stub as it was before a learner wrote into it
present     grades texts as they are now, with verdicts kept
progress    what a learner has, as one record
summary     progress as lines of text
layers      places a graph of prerequisites on paper
page        progress as a page of HTML
transfer    progress that moves between machines
compare     the reference beside a learner's own
editor      opens a file in the user's editor
watching/   the loop of a watch, its keys, its views
interview   what is drawn, the clock, the score card's figures
commands/   one command a file
"""

"""What an instructor has: a cohort, from what the LMS exported to the gradebook.

records      students, attempts, entries of the gradebook, remarks
texts        names and identifiers in one form
archives     opens what nobody trusts: zips, tars, folders
naming       which file is which exercise
intake/      a system's export as attempts
roster       tables of students, read and written back
reconcile    whose each attempt is
assignment   what is graded, and how: TOML
lateness     how late, what it costs, which attempt counts
gradebook    from results to entries; who moved
counting     which attempts have to be graded, and all entries
submissions  what was handed in, on disk
place        a cohort's folder: its lock, its seed, its last results
grading      attempts over a pool, with verdicts kept
items        item analysis
similarity   texts that are more alike than is usual
charts       geometry of the pages' pictures
feedback     what a student may see
pages        HTML
writers/     grades as each system reads them
outputs      all files of a run
autograder   the zip that Gradescope wants
autograding  what runs in its container
handout      what students get
words        sentences
commands/    one command a file
"""

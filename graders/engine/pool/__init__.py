"""Many submissions over many judges: processes of this machine, or tasks of a Dask cluster.

work     what is asked of a judge, and what all of a run's judges have in common
judging  the program in a judge's own process
process  one such process, as whoever asks it sees it
worker   a judge for each thread, replaced when it is lost
local    judges on this machine
cluster  judges on a Dask cluster
"""

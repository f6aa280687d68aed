"""The commands of the command line, one a file.

Each has ABOUT (a sentence for --help), `describe` (tells a parser its arguments) and `run` (carries it out and returns
the exit status).
"""

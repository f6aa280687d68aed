"""The instructor's commands, one a file: ABOUT, describe(parser), run(asked) -> exit status."""

"""The parts of watch: the terminal, what wakes it, the verdicts, what is shown, and the loop of it all."""

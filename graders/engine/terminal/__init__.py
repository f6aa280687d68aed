"""What every command has in common: where things are, what is printed and written, how a run is interrupted.

words       sentences
visible     text that nobody trusts, made safe to show
output      standard output, and the files that a run leaves
console     a rich console on it
meter       bars of characters
repository  where everything is, and what is said when it cannot be used
interrupts  what ends a program politely
"""

"""Never gets as far as defining its functions."""
# exercise: foundations/softmax
# outcome: timed_out

while True:
    pass

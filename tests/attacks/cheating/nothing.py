"""Is an empty file."""
# exercise: foundations/softmax
# outcome: invalid

"""Takes all memory before its functions are defined."""
# exercise: foundations/softmax
# outcome: out_of_memory

taken = []
while True:
    taken.append(bytearray(1 << 20))

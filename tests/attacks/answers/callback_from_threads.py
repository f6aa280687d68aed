"""Calls back from three threads at once."""
# exercise: foundations/successive_halving
# outcome: failed or error

import contextlib
import threading


def successive_halving(configs, evaluate, min_budget, eta=2):
    def call():
        for _ in range(20):
            with contextlib.suppress(Exception):
                evaluate(configs[0], 1)

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return configs[0], []

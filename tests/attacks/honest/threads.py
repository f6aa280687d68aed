"""Works in threads of its own."""
# exercise: foundations/softmax

from concurrent.futures import ThreadPoolExecutor

import numpy as np


def softmax(x, axis=-1):
    return np.exp(log_softmax(x, axis))


def log_softmax(x, axis=-1):
    rows = np.moveaxis(x, axis, -1)
    flat = list(rows.reshape(-1, rows.shape[-1]))
    with ThreadPoolExecutor(2) as pool:
        logs = list(pool.map(one_row, flat))
    return np.moveaxis(np.stack(logs).reshape(rows.shape), -1, axis)


def one_row(row):
    shifted = row - row.max()
    return shifted - np.log(np.exp(shifted).sum())

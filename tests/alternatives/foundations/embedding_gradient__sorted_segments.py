"""Sorts the tokens by id and adds up each run of equal ids."""

import numpy as np


def embedding_gradient(ids, grad_output, vocab_size, padding_idx=None):
    flat = np.ravel(ids).astype(np.int64)
    bad = np.flatnonzero((flat < 0) | (flat > vocab_size - 1))
    if len(bad):
        raise IndexError(f"token {flat[bad[-1]]} does not exist: there are {vocab_size}")
    result = np.zeros_like(grad_output, shape=(vocab_size, grad_output.shape[-1]))
    if len(flat) == 0:
        return result
    order = np.argsort(flat, kind="stable")
    present, starts = np.unique(flat[order], return_index=True)
    result[present] = np.add.reduceat(grad_output.reshape(len(flat), -1)[order], starts, axis=0)
    if padding_idx is not None:
        result[padding_idx] = 0.0
    return result

"""The product with the one-hot matrix, made by a loop over the vocabulary (not over the tokens)."""

import numpy as np


def embedding_gradient(ids, grad_output, vocab_size, padding_idx=None):
    for token in (ids.min(initial=0), ids.max(initial=0)):
        if not 0 <= token < vocab_size:
            raise IndexError(f"{token} is outside of 0 ... {vocab_size}, the latter not included")
    flat = ids.reshape(-1)
    one_hot = np.zeros((vocab_size, flat.size), dtype=grad_output.dtype)
    for token in range(vocab_size):
        if token != padding_idx:
            one_hot[token] = flat == token
    return one_hot @ grad_output.reshape(ids.size, grad_output.shape[-1])

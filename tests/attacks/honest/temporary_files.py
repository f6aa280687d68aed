"""Keeps what it works with in temporary files, in folders of its own, and cleans up."""
# exercise: foundations/softmax

import os
import shutil
import tempfile

import numpy as np


def softmax(x, axis=-1):
    return np.exp(log_softmax(x, axis))


def log_softmax(x, axis=-1):
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(dir=folder) as file:
        np.save(f"{folder}/x.npy", x)
        file.write(b"x" * 100_000)
        os.makedirs(f"{folder}/a/b")
        shutil.copyfile(f"{folder}/x.npy", f"{folder}/a/b/x.npy")
        os.rename(f"{folder}/a", f"{folder}/c")
        x = np.load(f"{folder}/c/b/x.npy", mmap_mode="r")
        shifted = x - x.max(axis=axis, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True)))

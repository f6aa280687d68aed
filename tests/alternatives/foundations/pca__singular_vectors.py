"""The singular vectors of the centred data, all D of them; the covariance is never made."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PCA:
    mean: np.ndarray
    components: np.ndarray
    explained_variance: np.ndarray


def fit_pca(x, k):
    if x.shape[1] < k:
        raise ValueError(f"k = {k}, but there are {x.shape[1]} features")
    mean = np.mean(x, axis=0)
    _, lengths, rows = np.linalg.svd(x - mean, full_matrices=True)
    variances = np.zeros(x.shape[1], x.dtype)
    variances[: len(lengths)] = lengths * lengths / (len(x) - 1)
    rows = rows[:k]
    turned = rows.max(axis=1) < -rows.min(axis=1)
    return PCA(mean, np.where(turned[:, np.newaxis], -rows, rows), variances[:k])


def transform(pca, x):
    return x @ pca.components.T - pca.components @ pca.mean


def inverse_transform(pca, z):
    return pca.mean + np.einsum("mk,kd->md", z, pca.components)

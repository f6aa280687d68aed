"""numpy's covariance, in float64, and pairs of eigenvalue and eigenvector that are sorted and turned one by one."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PCA:
    mean: np.ndarray
    components: np.ndarray
    explained_variance: np.ndarray


def fit_pca(x, k):
    features = x.shape[1]
    if k > features:
        raise ValueError(f"{features} features have at most {features} components, not {k}")
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(x.astype(np.float64), rowvar=False)))
    pairs = sorted(((max(values[i], 0.0), i) for i in range(features)), reverse=True)[:k]
    components = []
    for _, i in pairs:
        vector = vectors[:, i]
        components.append(-vector if vector[np.argmax(vector**2)] < 0 else vector)
    variances = np.array([value for value, _ in pairs], dtype=x.dtype)
    return PCA(x.mean(0), np.array(components, dtype=x.dtype), variances)


def transform(pca, x):
    return np.stack([pca.components @ (row - pca.mean) for row in x])


def inverse_transform(pca, z):
    return np.stack([sum(p * c for p, c in zip(row, pca.components, strict=True)) + pca.mean for row in z])

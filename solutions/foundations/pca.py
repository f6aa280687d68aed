"""Principal component analysis.

Interview question: How do eigenvalues and eigenvectors reduce dimension?

An eigenvector of the covariance matrix is a direction in which the data vary independently of all other eigenvectors'
directions, and its eigenvalue is the variance there. Keep the k directions of largest variance, and of all ways to
describe each point by k numbers linearly, that one loses least of the squared distances.

Source: Hotelling 1933; in the form of Bishop 2006, Pattern Recognition and Machine Learning, section 12.1.
Axes: N examples, D features, k components, M examples to transform.

An interviewer goes on: how are these eigenvectors and the singular vectors of the centred data related, and which would
you compute, in which precision? What if D is a million? When should features be divided by their deviation first? How
would you choose k, and which structure in the data does PCA not see?
Read on: Halko, Martinsson and Tropp 2011, arXiv:0909.4061, on random projections; Mu and Viswanath 2018,
arXiv:1702.01417, who remove the first components of word vectors; Hu et al. 2022, section 7, arXiv:2106.09685.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PCA:
    """What fit_pca finds. (Given; leave it as it is.)

    Attributes:
        mean: [D], the mean of each feature.
        components: [k, D], a direction of length 1 in each row, at right angles to all other rows.
        explained_variance: [k], the variance of the data along each of them.
    """

    mean: np.ndarray
    components: np.ndarray
    explained_variance: np.ndarray


def fit_pca(x: np.ndarray, k: int) -> "PCA":
    """Return the k eigenvectors of the covariance of x whose eigenvalues are largest, the largest first.

    The covariance is that of the features [D, D], the sum over the examples divided by N - 1. Of the two directions
    that each eigenvector may have, the one whose entry of largest absolute value is positive is taken. (If two entries
    of opposite signs share that value, either direction will do; and where eigenvalues are equal, as those that are 0
    are when D >= N, any orthonormal eigenvectors will.)

    Args:
        x: [N, D], float32 or float64, contiguous or not, N >= 2. There may be more features than examples.
        k: at least 1.

    Returns:
        A PCA with the mean, k components and their variances (the eigenvalues; those that are 0 up to rounding) in
        x's dtype.

    Raises:
        ValueError: k is more than D; the message gives both.

    x is left unmodified.

    >>> x = np.array([[4.0, 6.0], [-2.0, -2.0], [1.8, 1.4], [0.2, 2.6]])  # (1, 2) +- (3, 4) and (1, 2) +- (0.8, -0.6)
    >>> pca = fit_pca(x, 2)
    >>> pca.mean.round(6).tolist(), pca.components.round(6).tolist()
    ([1.0, 2.0], [[0.6, 0.8], [0.8, -0.6]])
    >>> pca.explained_variance.round(3).tolist()  # (25 + 25) / 3 and (1 + 1) / 3
    [16.667, 0.667]
    """
    n, d = x.shape
    if k > d:
        raise ValueError(f"there are no {k} components at right angles to each other among {d} features")
    mean = x.mean(axis=0)
    centred = x - mean
    covariance = centred.T @ centred / (n - 1)  # [D, D]
    variances, vectors = np.linalg.eigh(covariance)  # in rising order; the vectors are columns
    components = vectors.T[::-1][:k]  # [k, D]
    largest = np.abs(components).argmax(axis=1)
    signs = np.sign(components[np.arange(k), largest])
    return PCA(mean, signs[:, None] * components, variances[::-1][:k])


def transform(pca: "PCA", x: np.ndarray) -> np.ndarray:
    """Return where examples lie along the components: of x less the mean of the PCA, the product with each component.

    Args:
        pca: in x's dtype.
        x: [M, D], those that were fitted or others, contiguous or not, M >= 1.

    Returns:
        [M, k] in x's dtype.

    The arguments are left unmodified.

    >>> pca = PCA(np.array([1.0, 2.0]), np.array([[0.6, 0.8]]), np.array([16.7]))
    >>> transform(pca, np.array([[4.0, 6.0]])).round(6).tolist()
    [[5.0]]
    """
    return (x - pca.mean) @ pca.components.T


def inverse_transform(pca: "PCA", z: np.ndarray) -> np.ndarray:
    """Return the points that lie at z along the components, and at the mean in all directions beside them.

    So x comes back from its transform when k is D, and else the nearest point to x that the components reach.

    Args:
        pca: in z's dtype.
        z: [M, k], contiguous or not, M >= 1.

    Returns:
        [M, D] in z's dtype.

    The arguments are left unmodified.

    >>> pca = PCA(np.array([1.0, 2.0]), np.array([[0.6, 0.8]]), np.array([16.7]))
    >>> inverse_transform(pca, np.array([[5.0]])).round(6).tolist()
    [[4.0, 6.0]]
    """
    return z @ pca.components + pca.mean

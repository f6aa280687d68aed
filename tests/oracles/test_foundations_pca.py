"""foundations/pca against scikit-learn's PCA, up to the signs of the components."""

import numpy as np
import pytest
from sklearn import decomposition

from solutions.foundations.pca import fit_pca, inverse_transform, transform


@pytest.mark.parametrize(("n", "d", "k"), [(40, 6, 6), (40, 6, 2), (5, 9, 4), (7, 7, 3)])
@pytest.mark.parametrize("solver", ["full", "covariance_eigh"])
def test_components_variances_and_transforms_are_those_of_scikit_learn(n, d, k, solver):
    rng = np.random.default_rng(1933)
    x = rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + 5 * rng.normal(size=d)
    others = rng.normal(size=(8, d))
    theirs = decomposition.PCA(k, svd_solver=solver).fit(x)
    ours = fit_pca(x, k)
    signs = np.sign((ours.components * theirs.components_).sum(axis=1))
    np.testing.assert_allclose(ours.mean, theirs.mean_, rtol=1e-10)
    np.testing.assert_allclose(ours.components, signs[:, None] * theirs.components_, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(ours.explained_variance, theirs.explained_variance_, rtol=1e-8)
    places = transform(ours, others)
    np.testing.assert_allclose(places, signs * theirs.transform(others), rtol=1e-6, atol=1e-8)
    back = theirs.inverse_transform(theirs.transform(others))
    np.testing.assert_allclose(inverse_transform(ours, places), back, rtol=1e-6, atol=1e-8)

"""Checks of foundations/pca: directions, variances, signs, both transforms, more features than examples, errors."""

import numpy as np
import pytest

from graders.engine.kit import check, expect, expect_array, noncontiguous, normal, raises, sizes, untouched, weight


def draw(rng, n, d, dtype=np.float64):
    """Return x [n, d], whose variances differ clearly, along directions that are no axes, around some mean."""
    rotation = np.linalg.qr(rng.normal(size=(d, d)))[0]
    rank = min(n - 1, d)
    lengths = np.zeros(d)
    lengths[:rank] = 2.0 ** -np.arange(rank) * rng.uniform(3, 4)
    places = rng.normal(size=(n, rank))
    places = np.linalg.qr(places - places.mean(axis=0))[0] * (n - 1) ** 0.5  # each of variance 1, and uncorrelated
    return (places @ (lengths[:rank, None] * rotation[:rank]) + 3 * rng.normal(size=d)).astype(dtype)


def by_singular_values(x, k):
    """Return the parts of a PCA from the singular vectors of the centred data, in float64, without a covariance."""
    x = x.astype(np.float64)
    mean = np.array([sum(column) / len(column) for column in x.T])
    _, lengths, rows = np.linalg.svd(x - mean)
    lengths = np.concatenate([lengths, np.zeros(x.shape[1])])[:k]
    components = np.stack([row if row.max() > -row.min() else -row for row in rows[:k]])
    return {"mean": mean, "components": components, "explained_variance": lengths**2 / (len(x) - 1)}


def fit(submission, x, k):
    """Return the learner's PCA: an object of the learner's own, which of all that is handed over can be called."""
    pca = submission.fit_pca(x, k)
    expect(callable(pca), "wanted: a PCA; came back: something else")
    return pca


def given(submission, rng, d, k, dtype=np.float64):
    """Return (a PCA in the sandbox that was not fitted to anything, its mean, its components)."""
    mean, components = normal(rng, d, dtype=dtype, scale=3.0), np.linalg.qr(rng.normal(size=(d, k)))[0].T.astype(dtype)
    return submission.PCA(mean, components, np.arange(k, 0, -1).astype(dtype)), mean, components


# N, D, k.
CASES = {
    "all components": (17, 4, 4),
    "some components": (23, 6, 3),
    "one component": (9, 5, 1),
    "more features than examples": (5, 8, 4),
    "as many features as examples": (6, 6, 3),
    "one feature": (7, 1, 1),
    "two examples": (2, 3, 1),
}


@weight(6, core=True)
@pytest.mark.parametrize("part", ["components", "explained_variance"])
@pytest.mark.parametrize("case", CASES)
def test_finds_the_directions_of_largest_variance(submission, rng, case, part):
    n, d, k = CASES[case]
    x = draw(rng, n, d)
    got = getattr(fit(submission, x, k), part)
    check(got, by_singular_values(x, k)[part], f"{case}: the {part} of x [{n}, {d}] for k = {k}", tolerance=1e-8)


@weight(2, core=True)
def test_four_points_worked_by_hand(submission, rng):
    # (a, b) +- s * (3, 4) and (a, b) +- s * (0.8, -0.6): along them s**2 * (25 + 25) / 3 and s**2 * (1 + 1) / 3.
    a, b, s = (float(n) for n in rng.integers(2, 9, size=3))
    x = np.array([[a, b]] * 4) + s * np.array([[3.0, 4.0], [-3.0, -4.0], [0.8, -0.6], [-0.8, 0.6]])
    want = {
        "mean": np.array([a, b]),
        "components": np.array([[0.6, 0.8], [0.8, -0.6]]),
        "explained_variance": np.array([50.0, 2.0]) * s * s / 3,
    }
    pca = fit(submission, x[rng.permutation(4)], 2)
    for part, wanted in want.items():
        check(getattr(pca, part), wanted, f"the {part} of four points on a cross", tolerance=1e-10)


@weight(1)
def test_the_mean_is_that_of_each_feature(submission, rng):
    n, d = sizes(rng, 2, 3, 12)
    x = normal(rng, n, d, scale=3.0) + rng.normal(size=d)
    check(fit(submission, x, 1).mean, by_singular_values(x, 1)["mean"], f"the mean of x [{n}, {d}]", work=16)


@weight(3)
@pytest.mark.parametrize("fitted", [True, False], ids=["what was fitted", "other examples"])
@pytest.mark.parametrize("case", ["some components", "more features than examples"])
def test_fit_and_transform_give_the_places_along_the_components(submission, rng, case, fitted):
    n, d, k = CASES[case]
    x = draw(rng, n, d)
    other = x if fitted else draw(rng, n + 2, d)
    want = by_singular_values(x, k)
    got = submission.transform(fit(submission, x, k), other)
    about = f"{case}: x less the mean of what was fitted, along each component"
    check(got, np.einsum("md,kd->mk", other - want["mean"], want["components"]), about, tolerance=1e-8)


@weight(2)
@pytest.mark.parametrize("examples", [1, 11])
def test_transform_with_a_given_pca(submission, rng, examples):
    d, k = sorted(sizes(rng, 2, 2, 8), reverse=True)
    pca, mean, components = given(submission, rng, d, k)
    x = normal(rng, examples, d) + 2
    want = np.einsum("md,kd->mk", x - mean, components)
    check(submission.transform(pca, x), want, "x less the mean of the PCA, along each component", work=16)


@weight(2)
@pytest.mark.parametrize("examples", [1, 11])
def test_inverse_transform_with_a_given_pca(submission, rng, examples):
    d, k = sorted(sizes(rng, 2, 2, 8), reverse=True)
    pca, mean, components = given(submission, rng, d, k)
    z = normal(rng, examples, k)
    want = np.einsum("mk,kd->md", z, components) + mean
    check(submission.inverse_transform(pca, z), want, "the mean, and z along the components from there", work=16)


@weight(2)
@pytest.mark.parametrize(("n", "d"), [(12, 5), (4, 7)], ids=["more examples", "more features"])
def test_with_all_components_everything_comes_back(submission, rng, n, d):
    x, other = draw(rng, n, d), normal(rng, 6, d)
    pca = fit(submission, x, d)
    got = submission.inverse_transform(pca, submission.transform(pca, x))
    check(got, x, "the examples that were fitted, when k = D", tolerance=1e-10)
    got = submission.inverse_transform(pca, submission.transform(pca, other))
    check(got, other, "any other examples, when k = D", tolerance=1e-10)


@weight(1)
def test_what_is_lost_is_the_variance_along_the_components_left_out(submission, rng):
    n, d, k = 15, 6, 2
    x = draw(rng, n, d)
    pca = fit(submission, x, k)
    back = expect_array(submission.inverse_transform(pca, submission.transform(pca, x)), (n, d), np.float64)
    lost = float(((x - back) ** 2).sum() / (n - 1))
    left_out = by_singular_values(x, d)["explained_variance"][k:].sum()
    words = f"wanted: of the variance, the smallest {d - k} eigenvalues lost"
    expect(abs(lost - left_out) < 1e-8 * left_out, f"{words}; {lost:.6g} was lost")


@weight(2)
def test_all_components_are_orthonormal_with_more_features_than_examples(submission, rng):
    n, d = 4, 9
    x = draw(rng, n, d)
    pca = fit(submission, x, d)
    components = expect_array(pca.components, (d, d), np.float64, "components")
    check(components @ components.T, np.eye(d), "components of length 1, at right angles", tolerance=1e-10)
    heights, depths = components.max(axis=1), -components.min(axis=1)
    expect((heights > depths - 1e-9).all(), "wanted: in each component, the entry of largest absolute value positive")
    want = by_singular_values(x, d)["explained_variance"]
    check(pca.explained_variance, want, f"{n - 1} variances in falling order, then 0", tolerance=1e-8)


@weight(1)
@pytest.mark.parametrize("k", [1, 3])
def test_a_feature_that_never_changes(submission, rng, k):
    x = np.insert(draw(rng, 10, 3), 1, 7.0, axis=1)
    pca, want = fit(submission, x, k), by_singular_values(x, k)
    check(pca.components, want["components"], "components that leave the constant feature alone", tolerance=1e-8)
    check(pca.explained_variance, want["explained_variance"], "the variances along them", tolerance=1e-8)


@weight(2)
def test_float32_stays_float32(submission, rng):
    x = draw(rng, 14, 4, np.float32)
    pca, want = fit(submission, x, 2), by_singular_values(x, 2)
    for part in ("mean", "components", "explained_variance"):
        check(getattr(pca, part), want[part].astype(np.float32), f"the {part} in float32", tolerance=1e-4)
    pca, mean, components = given(submission, rng, 5, 3, np.float32)
    x, z = normal(rng, 4, 5, dtype=np.float32), normal(rng, 6, 3, dtype=np.float32)
    check(submission.transform(pca, x), (x - mean) @ components.T, "places in float32", work=16)
    check(submission.inverse_transform(pca, z), z @ components + mean, "points in float32", work=16)


@weight(1)
@pytest.mark.parametrize(("n", "d", "k"), [(30, 4, 5), (3, 6, 17), (40, 7, 29)])
def test_more_components_than_features_are_refused_with_both_numbers(submission, rng, n, d, k):
    with raises(ValueError, k, d):
        submission.fit_pca(normal(rng, n, d), k)


@weight(1)
def test_views_are_taken_and_nothing_is_changed_in_place(submission, rng):
    x = draw(rng, 13, 5)
    pca, want = fit(submission, noncontiguous(x), 2), by_singular_values(x, 2)
    check(pca.components, want["components"], "components of a strided view", tolerance=1e-8)
    pca, mean, components = given(submission, rng, 5, 2)
    z = normal(rng, 6, 2)
    got = submission.transform(pca, np.asfortranarray(x))
    check(got, (x - mean) @ components.T, "places of a strided view", work=16)
    got = submission.inverse_transform(pca, noncontiguous(z))
    check(got, z @ components + mean, "points of a strided view", work=16)
    untouched(submission)
    check((pca.mean, pca.components), (mean, components), "a PCA that is as it was before", work=1)

"""A Gaussian process whose covariance is a weighted sum of given matrices (Rasmussen and Williams 2006, chapters 2 and 5).

The weights and the noise maximise the marginal likelihood times a log-normal prior, so that what says nothing about
quality counts little, and with few observations all count alike. scipy does the algebra; the libraries that fit a process
take one kernel of vectors and not several matrices.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

STEPS = 30
NOISE = 0.05  # of a variance of 1, before anything was seen
SPREAD = 2.0  # standard deviation of the prior, in natural logarithms
JITTER = 1e-6


def fitted(matrices: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The weight of each matrix, and last the noise. matrices: (kernels, n, n); values: (n,) of variance 1 or so."""
    count = len(matrices)
    start = np.log(np.append(np.full(count, 1 / count), NOISE))
    flat, identity = matrices.reshape(count, -1), np.eye(len(values))

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        weights = np.exp(logs)
        factor = cho_factor(_covariance(weights, matrices), lower=True, check_finite=False)
        inverse = cho_solve(factor, identity, check_finite=False)
        solved = inverse @ values
        away = (logs - start) / SPREAD
        likelihood = 0.5 * values @ solved + np.log(np.diag(factor[0])).sum()
        slope = inverse - np.outer(solved, solved)
        slopes = np.append(flat @ slope.ravel(), np.trace(slope))
        return float(likelihood + 0.5 * away @ away), 0.5 * slopes * weights + away / SPREAD

    bounds = [(-8, 5)] * count + [(-8, 0)]
    return np.exp(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}, bounds=bounds).x)


def posterior(weights: np.ndarray, seen: np.ndarray, cross: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation at m points. seen: (kernels, n, n), cross: (kernels, n, m), with ones on the diagonals.

    values: of the first points that were seen. The others are pending: that their values will be known narrows the
    deviation, and leaves the mean (Desautels et al. 2014, JMLR 15, section 3).
    """
    told = len(values)
    factor = cho_factor(_covariance(weights, seen[:, :told, :told]), lower=True, check_finite=False)
    shared = np.tensordot(weights[:-1], cross, 1)
    mean = shared[:told].T @ cho_solve(factor, values, check_finite=False)
    if told < seen.shape[1]:
        factor = cho_factor(_covariance(weights, seen), lower=True, check_finite=False)
    known = (shared * cho_solve(factor, shared, check_finite=False)).sum(0)
    return mean, np.sqrt(np.maximum(weights[:-1].sum() - known, 1e-12))


def _covariance(weights: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    found = np.tensordot(weights[:-1], matrices, 1)
    found[np.diag_indices_from(found)] += weights[-1] + JITTER
    return found

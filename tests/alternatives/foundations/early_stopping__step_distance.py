"""No count of failures: the distance from the latest improvement says how many there were."""

from math import isnan


class EarlyStopping:
    def __init__(self, patience, min_delta=0.0, mode="min"):
        if mode == "min":
            self._is_better = lambda new, old: new < old - min_delta
        elif mode == "max":
            self._is_better = lambda new, old: new > old + min_delta
        else:
            raise ValueError(f"unknown mode: {mode}")
        self.patience = max(1, patience)
        self.best = self.best_step = None
        self._now = -1

    def update(self, metric):
        self._now += 1
        first = self.best is None and not isnan(metric)
        if first or (self.best is not None and self._is_better(metric, self.best)):
            self.best, self.best_step = metric, self._now
        last = -1 if self.best_step is None else self.best_step
        return self._now - last >= self.patience

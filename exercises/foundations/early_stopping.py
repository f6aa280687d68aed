"""Early stopping.

Interview question: What is overfitting and how is it held back?

While a model trains, the loss on the training data keeps falling. The loss on data that it does not train on falls too,
until the model begins to learn its examples by heart. Early stopping watches that second loss, remembers where it was
best, and gives up after a number of evaluations without progress: the patience.

Source: Goodfellow, Bengio and Courville 2016, Deep Learning, section 7.8, algorithm 7.1.
"""


class EarlyStopping:
    """Watches one metric, evaluation by evaluation, and says when to stop.

    Attributes:
        best: the metric of the latest improvement, or None before the first one.
        best_step: which update that was, counted from 0 (the first call of update is step 0), or None before.
    """

    def __init__(self, patience: int, min_delta: float = 0.0, mode: str = "min") -> None:
        """Begin with nothing seen.

        Args:
            patience: how many updates in a row may bring no improvement before it is time to stop; at least 0.
            min_delta: an improvement has to be larger than this; at least 0.
            mode: "min" where lower is better (a loss), "max" where higher is better (an accuracy).

        Raises:
            ValueError: mode is neither; the message gives it.
        """
        raise NotImplementedError("EarlyStopping.__init__")

    def update(self, metric: float) -> bool:
        """Take the next evaluation in, and return whether to stop now.

        The first metric that is not nan is an improvement. After that, a metric is one when it is better than `best` by
        more than min_delta: exactly min_delta is not enough. Whatever is no improvement leaves best and best_step as
        they are, be it a little better than best or not. nan never is an improvement.

        Args:
            metric: an int or a float, finite or nan.

        Returns:
            True when this update is no improvement and at least `patience` updates in a row, this one included, were
            none. So patience 0 stops at the first failure, as patience 1 does, and an improvement never stops. Nothing
            ends with True: later updates are counted on, and an improvement starts the row afresh.

        >>> stopper = EarlyStopping(patience=2, min_delta=0.5)
        >>> [stopper.update(loss) for loss in [3.0, 2.0, 1.5, 1.75, 1.0, 1.0]]
        [False, False, False, True, False, False]
        >>> stopper.best, stopper.best_step
        (1.0, 4)
        """
        raise NotImplementedError("EarlyStopping.update")

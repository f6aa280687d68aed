"""Linear warm-up and cosine decay of the learning rate.

Interview question: What is a hyperparameter and how is it tuned?

At the start of a training the weights are far from anything useful and the optimiser does not know yet how large the
gradients are, so full steps may throw the weights off: the learning rate rises from 0 first. At the end, small steps
let the weights settle. Between the two, half a period of the cosine leads down without a corner.

Source: Loshchilov and Hutter 2017, section 3, equation 5, arXiv:1608.03983; Goyal et al. 2017, section 2.2,
arXiv:1706.02677.
"""


def warmup_cosine(step: int, peak: float, warmup_steps: int, total_steps: int, floor: float = 0.0) -> float:
    """Return the learning rate of one step.

    It rises from 0 at step 0 by the same amount each step, and is peak at warmup_steps. (It starts from 0 whatever
    floor is, so it may be below floor while it rises.) From there it falls along half a period of the cosine, which is
    stretched over the steps from warmup_steps to total_steps: it is halfway between peak and floor in the middle of
    them, and floor at total_steps. After that it stays at floor.

    Args:
        step: counted from 0; may be beyond total_steps.
        peak: the highest learning rate.
        warmup_steps: at least 0. With 0 there is no warm-up, and step 0 has peak.
        total_steps: where the cosine ends; more than warmup_steps.
        floor: the lowest learning rate of the cosine; from 0 to peak.

    Returns:
        The learning rate, a number.

    Raises:
        ValueError: step is below 0 (the message gives it), or total_steps is not more than warmup_steps (the message
            gives both).

    >>> [round(warmup_cosine(step, peak=8.0, warmup_steps=2, total_steps=8), 6) for step in (0, 1, 2, 4, 5, 6, 8, 9)]
    [0.0, 4.0, 8.0, 6.0, 4.0, 2.0, 0.0, 0.0]
    >>> [round(warmup_cosine(step, 8.0, 0, 6, floor=2.0), 6) for step in (0, 2, 3, 4, 6, 600)]
    [8.0, 6.5, 5.0, 3.5, 2.0, 2.0]
    """
    raise NotImplementedError("warmup_cosine")

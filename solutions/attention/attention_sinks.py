"""A cache with attention sinks.

Interview question: Can the input of an LLM be arbitrarily long?

A stream has no end, but a cache has. Keeping only the last keys and values fails at once when the first ones go: the
softmax has to give its weight to something, and models learn to park what they have no use for on the first few tokens,
whatever these say. Keep those as sinks beside a window of the newest, and the model runs on for millions of tokens. It
still knows nothing of what has left the window: the text may be endless, the memory is not.

Source: Xiao et al. 2023 (StreamingLLM), section 3.2, arXiv:2309.17453.
Axes: n positions of a call, S positions held, D features of a key, V features of a value; "..." stands for any leading
axes (none, a batch, a batch of heads), the same for keys and values and in all calls.

An interviewer goes on: why would a softmax with a 1 added to its denominator need no sinks? How do keys that are
already rotated get a new position? What can a model with sinks answer about the beginning of a long text, and what not?
Read on: Miller 2023, "Attention is off by one"; Sun et al. 2024, massive activations (arXiv:2402.17762).
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
        if sinks < 0:
            raise ValueError(f"there cannot be {sinks} sinks: at least 0")
        if window < 1:
            raise ValueError(f"a window of {window} holds not even the newest position: at least 1")
        self.sinks, self.window = sinks, window
        self.held: list[Tensor] = []  # empty, or keys and values, [..., S, D] and [..., S, V]

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
        if k.shape[-2] != v.shape[-2]:
            raise ValueError(f"keys of {k.shape[-2]} positions do not go with values of {v.shape[-2]}")
        text = [k, v]
        if self.held:
            text = [torch.cat(pair, dim=-2) for pair in zip(self.held, text, strict=True)]
        self.held = [self._without_the_middle(x) for x in text]

    def positions(self) -> Tensor:
        """Return the position that each entry held is to be encoded with: int64 [S].

        They are places in the cache, 0 to S - 1, and not in the text. So no position is beyond what the model was
        trained on, and there is no gap between sinks and window. (For that the keys are held as they were before a
        position was encoded.) An empty tensor when nothing is held.
        """
        return torch.arange(self.held[0].shape[-2] if self.held else 0)

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
        if not self.held:
            raise ValueError("nothing has been appended, so there are no keys and values to view")
        keys, values = self.held
        return keys, values

    def _without_the_middle(self, x: Tensor) -> Tensor:
        """Return a copy of the sinks of x and, of what comes after them, the last `window`."""
        first, rest = x[..., : self.sinks, :], x[..., self.sinks :, :]
        return torch.cat((first, rest[..., -self.window :, :]), dim=-2)

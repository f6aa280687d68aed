"""attention/hierarchical_attention against loops over sentences and words that were cut to their real length."""

import pytest
import torch

from solutions.attention.hierarchical_attention import attention_pool, hierarchical


def pooled(items, w, b, u):
    """Return the pooled vector and the weights of a list of vectors, by torch's own layers."""
    layer = torch.nn.Linear(w.shape[1], w.shape[0]).double()
    layer.load_state_dict({"weight": w, "bias": b})
    stacked = torch.stack(items)
    shares = torch.nn.functional.softmax(torch.nn.functional.linear(torch.tanh(layer(stacked)), u[None])[:, 0], dim=0)
    return (shares[None] @ stacked)[0].detach(), shares.detach()


@pytest.mark.parametrize("seed", range(4))
def test_documents_of_ragged_sentences(seed):
    generator = torch.Generator().manual_seed(seed)
    docs = torch.randn(3, 5, 4, 6, generator=generator, dtype=torch.float64)
    shapes = {"word": (7, 6), "sentence": (2, 6)}
    params = {
        name: tuple(torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((a, d), (a,), (a,)))
        for name, (a, d) in shapes.items()
    }
    lengths = torch.randint(0, 5, (3, 5), generator=generator)
    lengths[:, 2] = 3
    doc, word_weights, sentence_weights = hierarchical(docs, torch.arange(4) < lengths[..., None], params)
    for i in range(3):
        real = [s for s in range(5) if lengths[i, s]]
        sentences = []
        for s in real:
            vector, shares = pooled(list(docs[i, s, : lengths[i, s]]), *params["word"])
            sentences.append(vector)
            torch.testing.assert_close(word_weights[i, s, : lengths[i, s]], shares)
        want, shares = pooled(sentences, *params["sentence"])
        torch.testing.assert_close(doc[i], want)
        torch.testing.assert_close(sentence_weights[i, real], shares)


def test_gradients_by_finite_differences():
    generator = torch.Generator().manual_seed(13)
    shapes = (2, 4, 3), (5, 3), (5,), (5,)
    leaves = [torch.randn(s, generator=generator, dtype=torch.float64).requires_grad_() for s in shapes]
    mask = torch.tensor([[True, False, True, True], [False] * 4])
    assert torch.autograd.gradcheck(lambda *arguments: attention_pool(*arguments, mask), leaves)

"""Works in an event loop, which wants sockets between its own parts."""
# exercise: foundations/softmax

import asyncio

import numpy as np


async def shifted(x, axis):
    await asyncio.sleep(0)
    return x - x.max(axis=axis, keepdims=True)


async def logs(x, axis):
    below = (await asyncio.gather(shifted(x, axis)))[0]
    return await asyncio.to_thread(lambda: below - np.log(np.exp(below).sum(axis=axis, keepdims=True)))


def softmax(x, axis=-1):
    return np.exp(asyncio.run(logs(x, axis)))


def log_softmax(x, axis=-1):
    return asyncio.run(logs(x, axis))

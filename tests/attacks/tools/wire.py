"""What attacks on the protocol share: the socket to the judge is descriptor 3, and nobody has to ask before writing."""

import gc
import os
import struct
import time

import msgspec

from graders.engine import protocol

CHANNEL = 3
FOREVER = 1000
_taken = []  # numbers of the requests that were read in here


def write(data):
    """Write all of `data` to the judge."""
    view = memoryview(data)
    while view:
        view = view[os.write(CHANNEL, view) :]


def number():
    """Return the number of the request that is being served, as the worker knows it."""
    channels = (x for x in gc.get_objects() if type(x).__name__ == "Channel" and x._descriptor == CHANNEL)
    return _taken[-1] if _taken else next(channels)._number


def numbered(structure):
    """Return a message with the number that its judge expects after its name."""
    return [structure[0], number(), *structure[1:]] if structure else structure


def message(structure, buffers=(), of=None):
    """Send a well-formed frame whose structure is `structure`, whatever it means, as a reply to request `of`."""
    structure = numbered(structure) if of is None else [structure[0], of, *structure[1:]]
    write(b"".join(map(bytes, protocol.frame(structure, list(buffers), 1 << 30))))


def raw_frame(structure, lengths=(), magic=b"LKP1", claimed=None):
    """Send a frame of raw bytes that claims buffers of `lengths` bytes, and sends none of them."""
    size = len(structure) if claimed is None else claimed
    write(struct.pack("<4sII", magic, size, len(lengths)) + struct.pack(f"<{len(lengths)}Q", *lengths) + structure)


def returned(node, buffers=(), arguments=2, of=None):
    """Answer the call that is going on: `node` for the value, none of the arguments changed, nothing printed."""
    message(["returned", node, [0, [None] * arguments], ""], buffers, of)


def zeros(structure, megabytes):
    """Send a frame with one buffer of so many megabytes of zeros, without holding them."""
    raw_frame(msgspec.msgpack.encode(numbered(structure)), [megabytes << 20])
    for _ in range(megabytes):
        write(bytes(1 << 20))


def requests():
    """Take the place of the worker's loop: yield each request as the judge sends it."""

    def read(count):
        data = bytearray()
        while len(data) < count:
            data += os.read(CHANNEL, count - len(data))
        return data

    while True:
        request = protocol.read_frame(read, 1 << 30)[0]
        _taken.append(request[1])
        yield request


def wait():
    """Never come back."""
    time.sleep(FOREVER)

"""Makes a system call through the 32-bit gate, whose numbers mean other calls."""
# exercise: foundations/softmax
# outcome: crashed
# if: x86-64

import ctypes
import mmap

GETPID_BY_INT_80 = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"


def softmax(x, axis=-1):
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(GETPID_BY_INT_80)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()


log_softmax = softmax

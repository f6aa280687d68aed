"""Runs untrusted code. Stands alone: of the engine it imports nothing but the wire format.

host       the trusted side: starts a zygote, takes children from it, calls, sets deadlines, kills
jail       once a zygote: builds the private root and namespaces, then starts the interpreter anew
zygote     imports numpy (and torch) once, then forks a child on request
lockdown   what a child gives up before it sees a learner's code
worker     the child's loop: load, call, reply
seccomp, landlock, linux, syscalls    the kernel's interfaces, through ctypes
"""

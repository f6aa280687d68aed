"""Runs untrusted code. Stands alone: of the engine it imports nothing but the wire format.

- host: the trusted side: which isolation works here; zygotes that hand out children
- child: one child as the judge sees it: exchanges, deadlines, its end
- process: what can be known of a process from outside
- layout: where interpreter and libraries lie, and how a jail shows them
- jail: once a zygote: builds the private root and namespaces, then starts the interpreter anew
- zygote: imports numpy (and torch) once, then forks a child on request
- lockdown: what a child gives up before it sees a learner's code
- worker: the child's loop: load, call, reply
- outline: what a text is made of, without running it
- scratch: removes what a child left on disk, below `full`
- seccomp, landlock, linux, syscalls: the kernel's interfaces, through ctypes
"""

"""Changes what is mounted where, and leaves its root by the ways that chroot is known for."""
# exercise: foundations/softmax
# outcome: failed
# denies: chroot EPERM, mount EPERM, umount EPERM, pivot_root EPERM, a device EPERM, a new file system EPERM
# denies: a detached tree EPERM, a file by its handle EPERM, a handle EPERM, a remount EPERM, leaving upwards ENOENT
# differs at confined: there is no other root to leave
# denies at confined: chroot EPERM, mount EPERM, umount EPERM, pivot_root EPERM, a device EPERM, a new file system EPERM
# denies at confined: a detached tree EPERM, a file by its handle EPERM, a handle EPERM, a remount EPERM
# denies at confined: leaving upwards EACCES

import os
import tempfile

from exercises.tools.attempt import attempt, syscall

READ_WRITE_AGAIN = 32 | 4096
SCRATCH = tempfile.gettempdir().encode()

attempt("chroot", os.chroot, SCRATCH)
attempt("mount", syscall, "mount", b"none", SCRATCH, b"tmpfs", 0, None)
attempt("a remount", syscall, "mount", b"none", b"/", None, READ_WRITE_AGAIN, None)
attempt("umount", syscall, "umount2", SCRATCH, 2)
attempt("pivot_root", syscall, "pivot_root", SCRATCH, SCRATCH)
attempt("a device", os.mknod, f"{SCRATCH.decode()}/device", 0o60600, os.makedev(254, 0))
attempt("a new file system", syscall, "fsopen", b"tmpfs", 0)
attempt("a detached tree", syscall, "open_tree", -100, b"/", 1)
attempt("a handle", syscall, "name_to_handle_at", -100, b"/", bytes(136), bytes(8), 0)
attempt("a file by its handle", syscall, "open_by_handle_at", -100, bytes(136), 0)


def leave_upwards():
    os.chdir("../../../../../..")
    with open("etc/passwd", "rb") as file:
        return file.read()


attempt("leaving upwards", leave_upwards)


def softmax(x, axis=-1):
    return None


log_softmax = softmax

"""Reads what lies on the machine."""
# exercise: foundations/softmax
# outcome: failed
# denies: /etc/passwd ENOENT, /etc/shadow ENOENT, /root/.bashrc ENOENT, /proc/self/maps ENOENT
# denies: /proc/self/environ ENOENT
# denies: /proc/1/environ ENOENT, mem of the judge ENOENT, environ of the judge ENOENT, cmdline of the judge ENOENT
# denies: /dev/mem ENOENT, /dev/shm ENOENT, /dev/tty ENOENT, /sys/kernel/notes ENOENT, /code/../../etc/passwd ENOENT
# denies: README.md of the repository ENOENT, the stub ENOENT, /home ENOENT, /var ENOENT
# differs at confined: the machine's own tree is there, and Landlock refuses to open it
# denies at confined: /etc/passwd EACCES, /etc/shadow EACCES, /root/.bashrc EACCES|ENOENT, /proc/self/maps EACCES
# denies at confined: /proc/self/environ EACCES, /proc/1/environ EACCES, mem of the judge EACCES
# denies at confined: environ of the judge EACCES, cmdline of the judge EACCES, /dev/mem EACCES|ENOENT, /dev/shm EACCES
# denies at confined: /dev/tty EACCES|ENXIO|ENOENT, /sys/kernel/notes EACCES, /code/../../etc/passwd ENOENT
# denies at confined: README.md of the repository EACCES, the stub EACCES, /home EACCES, /var EACCES

import os

from exercises.tools.attempt import attempt

PLACES = [
    "/etc/passwd",
    "/etc/shadow",
    "/root/.bashrc",
    "/proc/self/maps",
    "/proc/self/environ",
    "/proc/1/environ",
    "/dev/mem",
    "/dev/shm",
    "/dev/tty",
    "/sys/kernel/notes",
    "/code/../../etc/passwd",
    "/home",
    "/var",
]


def read(place):
    if os.path.isdir(place):
        return os.listdir(place)
    with open(place, "rb") as file:
        return file.read(20)


for place in PLACES:
    attempt(place, read, place)
for name in ("mem", "environ", "cmdline"):
    attempt(f"{name} of the judge", read, f"/proc/@judge@/{name}")
attempt("README.md of the repository", read, "@repository@/README.md")
attempt("the stub", read, "@repository@/exercises/foundations/softmax.py")


def softmax(x, axis=-1):
    return None


log_softmax = softmax

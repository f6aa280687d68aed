"""System call numbers by name, from the Linux 6.1 headers, for x86-64 and for aarch64 (the generic table)."""

import platform

LAST_KNOWN = 450  # set_mempolicy_home_node; what came later is answered with ENOSYS

_TABLE = """
ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, mount 165 40, umount2 166 39, pivot_root
155 41, chroot 161 51, unshare 272 97, setns 308 268, fork 57 -, vfork 58 -, execve 59 221, execveat 322 281,
socket 41 198, connect 42 203, bind 49 200, listen 50 201, accept 43 202, accept4 288 242, keyctl 250 219,
add_key 248 217, request_key 249 218, bpf 321 280, userfaultfd 323 282, perf_event_open 298 241, io_uring_setup
425 425, io_uring_enter 426 426, io_uring_register 427 427, kcmp 312 272, name_to_handle_at 303 264,
open_by_handle_at 304 265, init_module 175 105, finit_module 313 273, delete_module 176 106, kexec_load 246 104,
kexec_file_load 320 294, reboot 169 142, swapon 167 224, swapoff 168 225, quotactl 179 60, quotactl_fd 443 443,
acct 163 89, settimeofday 164 170, clock_settime 227 112, adjtimex 159 171, clock_adjtime 305 266, sethostname
170 161, setdomainname 171 162, iopl 172 -, ioperm 173 -, personality 135 92, syslog 103 116, vhangup 153 58,
modify_ldt 154 -, move_pages 279 239, mbind 237 235, set_mempolicy 238 237, migrate_pages 256 238, fanotify_init
300 262, fanotify_mark 301 263, open_tree 428 428, move_mount 429 429, fsopen 430 430, fsconfig 431 431, fsmount
432 432, fspick 433 433, mount_setattr 442 442, pidfd_open 434 434, pidfd_getfd 438 438, pidfd_send_signal 424
424, process_madvise 440 440, process_mrelease 448 448, shmget 29 194, shmat 30 196, shmctl 31 195, msgget 68
186, msgsnd 69 189, msgrcv 70 188, msgctl 71 187, semget 64 190, semop 65 193, semctl 66 191, semtimedop 220
192, mq_open 240 180, memfd_create 319 279, memfd_secret 447 447, vmsplice 278 75, seccomp 317 277,
sched_setscheduler 144 119, sched_setattr 314 274, sched_setparam 142 118, setpriority 141 140, ioprio_set 251
30, inotify_init 253 -, inotify_init1 294 26, mknod 133 -, mknodat 259 33, setuid 105 146, setgid 106 144,
setreuid 113 145, setregid 114 143, setresuid 117 147, setresgid 119 149, setgroups 116 159, setfsuid 122 151,
setfsgid 123 152, capset 126 91, chmod 90 -, fchmod 91 52, fchmodat 268 53, fchmodat2 - -, chown 92 -, fchown 93
55, lchown 94 -, fchownat 260 54, utime 132 -, utimes 235 -, futimesat 261 -, utimensat 280 88, setxattr 188 5,
lsetxattr 189 6, fsetxattr 190 7, removexattr 197 14, lremovexattr 198 15, fremovexattr 199 16, clone 56 220,
clone3 435 435, prctl 157 167, ioctl 16 29, kill 62 129, tgkill 234 131, tkill 200 130, rt_sigqueueinfo 129 138,
rt_tgsigqueueinfo 297 240, landlock_create_ruleset 444 444, landlock_add_rule 445 445, landlock_restrict_self
446 446, prlimit64 302 261, socketpair 53 199, fcntl 72 25, sched_setaffinity 203 122, sendmsg 46 211, sendmmsg
307 269
"""

_COLUMNS = {"x86_64": 1, "aarch64": 2}
MACHINE = platform.machine()
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}.get(MACHINE)


def _numbers() -> dict[str, int]:
    if MACHINE not in _COLUMNS:
        return {}
    rows = (entry.split() for entry in _TABLE.replace("\n", " ").split(","))
    return {row[0]: int(row[_COLUMNS[MACHINE]]) for row in rows if row[_COLUMNS[MACHINE]] != "-"}


NUMBERS = _numbers()

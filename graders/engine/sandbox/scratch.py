"""Removes what a child left in its folder for temporary files, however hard that was made."""

import os
import secrets
from contextlib import suppress


def remove_tree(folder: str) -> None:
    """Remove `folder` and all below it; what the system does not let go stays.

    shutil.rmtree calls itself for every level and gives up on a folder that may not be read. A child can nest folders
    deeper than Python's stack, and make them without any rights. So subfolders are brought up, level by level.
    """
    with suppress(OSError):
        os.chmod(folder, 0o700)
        prefix, moved = os.path.join(folder, secrets.token_hex(8)), 0  # a name that nobody can have taken
        while subfolders := _clear(folder):
            for subfolder in subfolders:
                for deeper in _clear(subfolder):
                    os.rename(deeper, f"{prefix}-{moved}")
                    moved += 1
                os.rmdir(subfolder)
        os.rmdir(folder)


def _clear(folder: str) -> list[str]:
    """Remove what is no folder from `folder`; return its subfolders, made accessible."""
    subfolders = []
    with os.scandir(folder) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                os.chmod(entry.path, 0o700)
                subfolders.append(entry.path)
            else:
                os.unlink(entry.path)
    return subfolders

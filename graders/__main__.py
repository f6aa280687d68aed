"""The command line: python -m graders grade [ID | TOPIC ...]."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python gets this far, and deserves a sentence
    found = ".".join(map(str, sys.version_info[:3]))
    sys.stderr.write(f"llm-katas needs Python 3.11 or later, and {sys.executable} is Python {found}.\n")
    sys.exit(2)
if sys.platform == "win32":
    sys.stderr.write("llm-katas runs on Linux and macOS. On Windows, use it inside WSL.\n")
    sys.exit(2)

if __name__ == "__main__":
    from graders.engine.cli import main

    sys.exit(main(sys.argv[1:]))

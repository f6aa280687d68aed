#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image: an environment with what grading needs.
set -euo pipefail

source=/autograder/source
is_recent='import sys; sys.exit(sys.version_info < (3, 11))'

find_python() {
  local name
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$name" > /dev/null && "$name" -c "$is_recent"; then
      echo "$name"
      return
    fi
  done
}

apt-get update
python=$(find_python)
if [ -z "$python" ]; then
  apt-get install -y python3.11 python3.11-venv || true
  python=$(find_python)
fi
if [ -z "$python" ]; then
  echo "llm-katas needs Python 3.11 or later: choose a newer base image in the settings of the autograder." >&2
  exit 1
fi
apt-get install -y "$(basename "$(readlink -f "$(command -v "$python")")")-venv" tzdata

"$python" -m venv /autograder/environment
pip=(/autograder/environment/bin/python -m pip install --disable-pip-version-check --no-cache-dir)
# torch without CUDA, which is several gigabytes smaller
"${pip[@]}" --requirement "$source/torch.txt" --index-url https://download.pytorch.org/whl/cpu
"${pip[@]}" --requirement "$source/requirements.txt"

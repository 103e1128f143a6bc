"""`python -m bench [--quick] [--data FOLDER]` runs all parts, one process each."""

from __future__ import annotations

import subprocess
import sys

PARTS = ("desk", "torture", "loop", "train", "predict", "jobs", "store", "documents")

if __name__ == "__main__":
    failed = []
    for part in PARTS:
        print(f"--- {part}", file=sys.stderr, flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{part}", *sys.argv[1:]], check=False).returncode:
            failed.append(part)
    sys.exit(f"These parts did not finish: {', '.join(failed)}" if failed else 0)

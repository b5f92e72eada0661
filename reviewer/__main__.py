"""Starts the local shell: `python -m reviewer`; GitHub starts entrypoint.py instead."""

import os
import sys

from reviewer.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))

"""Starts the terminal's command: `code-review`, or `python -m reviewer` in a clone.

GitHub starts entrypoint.py instead.
"""

import os
import sys

from reviewer.cli import main


def start() -> None:
    """Run the command of the process and end with its exit code."""
    try:
        code = main(sys.argv[1:], os.environ)
        sys.stdout.flush()
    except BrokenPipeError:
        # Who read the output has gone, such as `head`.
        code = 1
    sys.stderr.flush()
    # An ordinary exit would wait for threads, and one of them may hang in a request.
    os._exit(code)


if __name__ == "__main__":
    start()

"""Starts the action in its container: finds the package beside itself, runs it, ends at once."""

import gc
import os
import sys

# Objects between two searches for garbage; by default 700. Importing makes hundreds of thousands
# and no garbage, and the searches took a fifth of its time. The memory of a review is the same.
gc.set_threshold(200_000)

# Isolated mode (-I) leaves out this directory, and with it the pull request's working directory.
# os.path, because pathlib would cost every start 3 ms.
sys.path.insert(0, os.path.dirname(__file__))  # noqa: PTH120

from reviewer.action import main  # noqa: E402 - see both lines above

status = main(os.environ)
sys.stdout.flush()
sys.stderr.flush()
# An ordinary exit would wait for threads, and one of them may hang in a request.
os._exit(status)

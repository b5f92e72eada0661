"""Starts the action in its container: finds the package beside itself, runs it, ends at once."""

import os
import sys

# Isolated mode (-I) leaves out this directory, and with it the pull request's working directory.
# os.path, because pathlib would cost every start 3 ms.
sys.path.insert(0, os.path.dirname(__file__))  # noqa: PTH120

from reviewer.action import main

status = main(os.environ)
sys.stdout.flush()
sys.stderr.flush()
# An ordinary exit would wait for threads, and one of them may hang in a request.
os._exit(status)

"""Searches one target for a given time, guided by the code that each input reaches.

`python -m tests.fuzz.guided TARGET [FOLDER…] [-max_total_time=60…]`: libFuzzer's own arguments.
"""

import sys

import atheris

# Instrumented code shows the search which inputs reach something new.
with atheris.instrument_imports(include=["reviewer", "unidiff", "yaml"]):
    from tests.fuzz.targets import TARGETS


def main(target: str = "") -> None:
    """Fuzz a target; without one, the first argument names it."""
    program, *arguments = sys.argv
    name = target or arguments.pop(0)
    atheris.Setup([program, *arguments], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""Searches one target for as long as it is told, guided by what each input reaches.

`python -m tests.fuzz.guided TARGET [FOLDER…] [-max_total_time=60…]`: libFuzzer's own arguments.
"""

import sys

import atheris

# What is instrumented tells the search which inputs reach something new.
with atheris.instrument_imports(include=["reviewer", "unidiff", "yaml"]):
    from tests.fuzz.targets import TARGETS


def main(target: str, arguments: list[str]) -> None:
    atheris.Setup([target, *arguments], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

"""Measures what an earlier version of this action asks a model for, with the same change and model.

`python -m bench.earlier FOLDER` starts the entrypoint.py of a work tree of that version, and prints
lines for `bench.before`.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from bench import change, costs, timed_model
from bench.real_change import SCALE, SIZES
from bench.workflow import ended, reviewing

_SEED = 0


def main() -> None:
    """Review the change of each size once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    given = parser.parse_args()
    entrypoint = given.folder.resolve() / "entrypoint.py"
    for count in given.sizes:
        with reviewing(change.choose(count), scale=SCALE) as (workflow, model):
            model.begin(_SEED)
            step = replace(workflow.step(full="true"), entrypoint=entrypoint)
            left = ended(step.run(timeout=900), 0)
            seen = costs.count(model.exchanges)
            shown = {path for each in model.exchanges for path in timed_model.shown(each)}
            print(f"{count}: {seen!r}, {len(workflow.github.requests)} requests to GitHub")
            print(f"   {len(shown)} files shown, {left.outputs.get('findings')} findings")


if __name__ == "__main__":
    main()

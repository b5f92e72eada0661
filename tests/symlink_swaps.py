"""Puts a link in the place of a folder and takes it away again, as fast as possible."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def keep_swapping(name: Path, target: Path) -> Iterator[None]:
    """Swap the folder `name` and a link to `target` as long as the context lasts."""
    honest, trap = name.with_name("honest"), name.with_name("trap")
    trap.symlink_to(target)
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            name.rename(honest)
            trap.rename(name)
            name.rename(trap)
            honest.rename(name)

    swapper = threading.Thread(target=swap)
    swapper.start()
    try:
        yield
    finally:
        done.set()
        swapper.join()

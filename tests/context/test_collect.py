"""What collecting the context of several requests at once takes."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from reviewer.changes.parts import Part
from reviewer.context.collect import ContextCollector, PartContext
from reviewer.context.repository.head_files import HeadFiles
from tests import builders
from tests.fakes import FakeForge

FILES = {f"shop/m{number}.py": f"def charge_{number}():\n    pay()\n" for number in range(4)}


@dataclass
class SlowFiles:
    """Files of a commit, each of which takes a moment to read; notes how many are read at once."""

    most: int = 0
    _reading: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, path: str) -> bytes | None:
        with self._lock:
            self._reading.append(path)
            self.most = max(self.most, len(self._reading))
        # Time for a second reader to come, which must not.
        time.sleep(0.005)
        with self._lock:
            self._reading.remove(path)
        return FILES[path].encode()


def test_one_request_after_the_other_looks_for_code_so_that_few_files_are_in_memory() -> None:
    slow = SlowFiles()
    forge = FakeForge(contents={path: text.encode() for path, text in FILES.items()})
    parts = []
    for path in FILES:
        patch = "@@ -1,2 +1,2 @@\n-def charge():\n+def charge_all():\n     pay()\n"
        file = builders.changed_file(path, patch)
        parts.append(Part(file, file.hunks))
    collector = ContextCollector(
        HeadFiles(forge, "a" * 40, open_checkout=lambda _: slow), [part.file for part in parts]
    )
    with ThreadPoolExecutor(len(parts)) as pool:
        found = [pool.submit(collector.search, [part], 5_000, [PartContext()]) for part in parts]
    assert [each.result().cuts for each in found] == [()] * len(parts)
    assert slow.most == 1

"""What figures were at e2c1e49, the commit that the project's bars are derived from.

Those of the README are of its own table. Requests and tokens of the real change were
measured by `python -m bench.earlier`, on 2026-11-27. The others were measured at that commit by
hand, with the change from Python 3.12.1 to 3.13.0 where one is meant.
"""

from collections.abc import Mapping

from bench.costs import Costs

COMMIT = "e2c1e49"
COSTS: Mapping[int, Costs] = {
    1: Costs(requests=2, prompt=20_344, cached=0, reply=203),
    7: Costs(requests=11, prompt=62_921, cached=0, reply=719),
    30: Costs(requests=43, prompt=238_118, cached=9_856, reply=2_797),
    100: Costs(requests=136, prompt=747_044, cached=9_856, reply=8_873),
}
FIGURES: Mapping[str, str] = {
    "an event that asks for nothing": "63 ms, 5.42",
    "start to first request to GitHub": "197 ms, 0.29",
    "first request to GitHub to first request to the model": "2.8 s, 8 round trips",
    "1 real file: requests to the model": "2",
    "7 real files: requests to the model": "11",
    "30 real files: requests to the model": "43",
    "100 real files: requests to the model": "136",
    "1 real file: requests to GitHub": "12",
    "7 real files: requests to GitHub": "18",
    "30 real files: requests to GitHub": "41",
    "100 real files: requests to GitHub": "112",
    "1 real file: tokens of prompts": "20,344",
    "7 real files: tokens of prompts": "62,921",
    "30 real files: tokens of prompts": "238,118",
    "100 real files: tokens of prompts": "747,044",
    "7 real files: tokens that a cache serves": "0",
    "30 real files: tokens that a cache serves": "9,856",
    "100 real files: tokens that a cache serves": "9,856",
    "30 files: requests to the model": "31",
    "100 files: requests to GitHub for a full review": "112",
    "same head again: requests to the model": "0",
    "same head again: requests to GitHub": "2",
    "same head again: edits": "0",
    "10 files, the base branch moved: requests to the model": "11",
    "a server that answers one at a time: files lost of 11": "4",
    "1000 files: memory at most": "92 MB",
    "1000 files: time, a model that answers at once": "7.5 s, 5.14",
    "image": "68 MB, 0.37",
    "pull of the image, in zstd": "25.4 MB in gzip",
    "container to first request to GitHub": "279 ms, 1.81",
    "1 real file, PR-Agent's action: time": "0.35",
    "7 real files, PR-Agent's action: time": "0.49",
    "100 real files, PR-Agent's action: time": "2.2",
    "100 real files, PR-Agent's action: memory at most": "0.26",
}
"""The figure by the name of its row, with the ratio where there was one."""

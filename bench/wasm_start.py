"""Starts the WebAssembly module once; run by `webassembly` as a process that has wasmtime.

`wasm_start.py compile MODULE.wat CACHE` compiles it, keeps the machine code in CACHE, and runs it;
`wasm_start.py cached MODULE.wat CACHE` runs what is kept. The last line has, in seconds, how long
both took without importing wasmtime, and the bytes of the module.
"""

import json
import sys
import time
from pathlib import Path

from wasmtime import Engine, Linker, Module, Store, WasiConfig, wat2wasm


def main(mode: str, source: str, cache: str) -> None:
    """Run the module and print what it took."""
    module_bytes = bytes(wat2wasm(Path(source).read_text("utf-8")))
    began = time.perf_counter()
    engine = Engine()
    if mode == "cached":
        module = Module.deserialize_file(engine, cache)
    else:
        module = Module(engine, module_bytes)
    store, linker = Store(engine), Linker(engine)
    wasi = WasiConfig()
    wasi.inherit_stdout()
    store.set_wasi(wasi)
    linker.define_wasi()
    instance = linker.instantiate(store, module)
    instance.exports(store)["_start"](store)
    took = time.perf_counter() - began
    if mode == "compile":
        Path(cache).write_bytes(module.serialize())
    print(json.dumps({"seconds": took, "bytes": len(module_bytes)}))


if __name__ == "__main__":
    main(*sys.argv[1:])

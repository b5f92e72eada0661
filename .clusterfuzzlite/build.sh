#!/bin/bash -eu
# Builds a fuzzer for each folder of the corpus, with what is kept there as its seeds.
pip3 install --no-deps --only-binary :all: --require-hashes --requirement requirements-dev.lock

for corpus in tests/data/corpus/*; do
  target=$(basename "$corpus")
  fuzzer="fuzz_${target//-/_}"
  printf 'from tests.fuzz.guided import main\n\nmain("%s")\n' "$target" >"$SRC/$fuzzer.py"
  compile_python_fuzzer "$SRC/$fuzzer.py" --paths "$PWD"
  zip --quiet --junk-paths "$OUT/${fuzzer}_seed_corpus.zip" "$corpus"/*
done

"""Starts llama.cpp's server: `llama_server.py MODEL PORT KEY NAME=NUMBER ...`.

It runs with the Python of `.venv-llama`, which has the server from the wheel of xllamacpp and
nothing of this project. The names are those of llama.cpp's own parameters. Prints the address once
it answers.
"""

import signal
import sys

import xllamacpp

model, port, key, *settings = sys.argv[1:]
parameters = xllamacpp.CommonParams()
parameters.model.path, parameters.port, parameters.api_keys = model, int(port), [key]
parameters.warmup = False
parameters.cpuparams.n_threads = 2
for setting in settings:
    name, _, number = setting.partition("=")
    setattr(parameters, name, int(number))
server = xllamacpp.Server(parameters)
sys.stdout.write(f"{server.listening_address}\n")
sys.stdout.flush()
signal.pause()

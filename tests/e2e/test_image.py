"""The built image, started as GitHub starts it."""

import json
import subprocess
from dataclasses import dataclass, field

import pytest

from tests.e2e import process
from tests.e2e.runner import Machine
from tests.faults import faults
from tests.loopback import runner_log
from tests.run_result import RunResult

pytestmark = pytest.mark.image

PYTHON = "/usr/local/bin/python3"
ENTRYPOINT = "/app/entrypoint.py"
WORKSPACE = "/github/workspace"
TAKEN_OVER = 66
# What a hostile file does, with built-in modules alone, so that it works however early it runs.
HOSTILE = f"import posix\nposix.write(1, b'taken over')\nposix._exit({TAKEN_OVER})\n"


def test_a_closed_pull_request_ends_with_a_notice(image: str, machine: Machine) -> None:
    finished = machine.run(image)

    _expect_nothing_to_do(finished)
    assert finished.outputs == {"verdict": "skipped"}
    assert "nothing to do" in finished.summary


@faults("CO10")
def test_nothing_is_installed_or_fetched_at_start(image: str, machine: Machine) -> None:
    _expect_nothing_to_do(machine.run(image, network="none"))


@faults("CO10")
def test_every_library_of_the_review_path_is_in_the_image(image: str, machine: Machine) -> None:
    imports = "import openai, github, re2, reviewer.run.review, reviewer.adapters.github.forge"
    code = f"import sys; sys.path.insert(0, '/app'); {imports}; print(openai.OpenAI)"
    options = ("--entrypoint", PYTHON)

    finished = machine.run(image, "-I", "-c", code, network="none", options=options)

    assert (finished.code, finished.log) == (0, "<class 'openai.OpenAI'>\n")


def test_names_are_looked_up_and_certificates_are_known(image: str, machine: Machine) -> None:
    code = (
        "import socket, ssl; print(socket.getaddrinfo('localhost', 443)[0][4][1],"
        "ssl.create_default_context().cert_store_stats()['x509_ca'] > 50)"
    )

    finished = machine.run(image, "-I", "-c", code, options=("--entrypoint", PYTHON))

    assert (finished.code, finished.log) == (0, "443 True\n")


def test_the_image_keeps_the_rules_for_container_actions(image: str) -> None:
    inspected = subprocess.run(
        ["docker", "image", "inspect", image], capture_output=True, text=True, check=True
    )
    config = json.loads(inspected.stdout)[0]["Config"]

    assert (config["User"], config["WorkingDir"]) == ("", "")
    assert config["Entrypoint"] == [PYTHON, *process.OPTIONS, ENTRYPOINT]
    assert {f"{name}={value}" for name, value in process.VARIABLES.items()} <= {*config["Env"]}
    assert not config["Cmd"]


def test_there_is_no_shell_in_the_image(image: str, machine: Machine) -> None:
    shells = ("/bin/sh", "/bin/bash", "/usr/bin/sh", "/usr/bin/dash")
    code = f"import os; print([name for name in {shells} if os.path.exists(name)])"

    finished = machine.run(image, "-I", "-c", code, options=("--entrypoint", PYTHON))

    assert finished.log == "[]\n"


@dataclass(frozen=True, slots=True)
class Attack:
    """Files in the checkout or the home folder and variables that reach a careless start."""

    files: dict[str, str]
    env: dict[str, str] = field(default_factory=dict)
    careless_start: tuple[str, ...] = (ENTRYPOINT,)


ATTACKS = {
    "a package with our name": Attack(
        {"workspace/reviewer/__init__.py": "", "workspace/reviewer/__main__.py": HOSTILE},
        careless_start=("-m", "reviewer"),
    ),
    "a module with a library's name": Attack(
        {"workspace/json.py": HOSTILE},
        careless_start=("-c", f"import runpy; runpy.run_path('{ENTRYPOINT}')"),
    ),
    "PYTHONPATH and sitecustomize": Attack(
        {"workspace/sitecustomize.py": HOSTILE}, {"PYTHONPATH": WORKSPACE}
    ),
    "PYTHONPATH and a library's name": Attack(
        {"workspace/json/__init__.py": HOSTILE}, {"PYTHONPATH": WORKSPACE}
    ),
    "usercustomize in the home folder": Attack(
        {"home/.local/lib/python3.13/site-packages/usercustomize.py": HOSTILE}
    ),
    "PYTHONUSERBASE and a path file": Attack(
        {
            "workspace/lib/python3.13/site-packages/hostile.pth": "import hostile",
            "workspace/lib/python3.13/site-packages/hostile.py": HOSTILE,
        },
        {"PYTHONUSERBASE": WORKSPACE},
    ),
    "PYTHONHOME": Attack(
        {
            "workspace/lib/python3.13/encodings/__init__.py": HOSTILE,
        },
        {"PYTHONHOME": WORKSPACE},
    ),
    "PYTHONWARNINGS": Attack(
        {"workspace/hostile.py": HOSTILE},
        {"PYTHONPATH": WORKSPACE, "PYTHONWARNINGS": "error::hostile.Warning"},
    ),
}


@faults("CO8")
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_no_file_of_the_checkout_and_no_variable_takes_the_process_over(
    image: str, machine: Machine, attack: Attack
) -> None:
    for name, text in attack.files.items():
        path = machine.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    careless = machine.run(
        image, *attack.careless_start, env=attack.env, options=("--entrypoint", PYTHON)
    )
    careful = machine.run(image, env=attack.env)

    assert careless.code == TAKEN_OVER
    assert "taken over" in careless.log
    _expect_nothing_to_do(careful)
    assert "taken over" not in careful.log


@faults("CO8")
def test_no_variable_keeps_the_process_from_ending(image: str, machine: Machine) -> None:
    (machine.workspace / "startup.py").write_text(HOSTILE, "utf-8")
    (machine.workspace / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1\n", "utf-8")
    env = {
        "PYTHONINSPECT": "1",
        "PYTHONSTARTUP": f"{WORKSPACE}/startup.py",
        "PYTHONBREAKPOINT": "startup.anything",
        "PYTHONVERBOSE": "2",
        "PIP_CONFIG_FILE": f"{WORKSPACE}/pip.conf",
    }

    _expect_nothing_to_do(machine.run(image, env=env, options=("--interactive",)))


@faults("CO5")
@pytest.mark.parametrize(
    "env",
    [
        {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "tr_TR.ISO-8859-9", "LC_ALL": "zh_CN.GB18030", "PYTHONIOENCODING": "ascii"},
        {"TZ": "Mars/Olympus_Mons"},
        {"HOME": "/proc/nowhere"},
    ],
    ids=["C locale", "unknown locale", "unknown time zone", "no home folder"],
)
def test_locale_time_zone_and_home_do_not_matter(
    image: str, machine: Machine, env: dict[str, str]
) -> None:
    # An error shows the value that it refuses, so this log holds text outside of ASCII.
    shown = machine.run(image, env=env | {"INPUT_TIMEOUT": "zwölf"})

    _expect_nothing_to_do(machine.run(image, env=env))
    assert shown.code == 2
    assert "zwölf" in shown.log


@faults("CO5")
def test_an_unprivileged_user_without_a_home_gets_the_same(image: str, machine: Machine) -> None:
    for path in (machine.root / "commands").iterdir():
        path.chmod(0o666)

    _expect_nothing_to_do(
        machine.run(image, options=("--user", "12345:12345"), read_only=("home",))
    )


@faults("CO1")
def test_a_read_only_root_and_a_read_only_workspace_do_not_matter(
    image: str, machine: Machine
) -> None:
    _expect_nothing_to_do(
        machine.run(image, options=("--read-only",), read_only=("workspace", "home", "temp"))
    )


@faults("CO1")
def test_a_full_temporary_folder_does_not_matter(image: str, machine: Machine) -> None:
    full = ("--read-only", "--tmpfs", "/tmp:size=4k,nr_inodes=1")

    _expect_nothing_to_do(machine.run(image, options=full))


@faults("CO1")
def test_a_full_disk_is_named(image: str, machine: Machine) -> None:
    finished = machine.run(image, env={"GITHUB_STEP_SUMMARY": "/dev/full"})

    _expect_nothing_to_do(finished)
    assert "No space left on device" in finished.log


@faults("CO2")
def test_without_a_network_the_error_says_so(image: str, machine: Machine) -> None:
    env = {
        "INPUT_GITHUB-TOKEN": "ghs_token",
        "INPUT_API-KEY": "sk-key",
        "INPUT_MODEL": "gpt-6.1-terra",
        "INPUT_TIMEOUT": "60",
        "GITHUB_API_URL": "https://api.github.com",
    }

    finished = machine.run(image, event="pull_request.opened", env=env, network="none")

    errors = [found for found in runner_log.commands(finished.log) if found.name == "error"]
    assert finished.code == 1
    assert "api.github.com" in errors[0].message
    assert "Traceback" not in finished.log


def _expect_nothing_to_do(finished: RunResult) -> None:
    notices = [found for found in runner_log.commands(finished.log) if found.name == "notice"]
    assert (finished.code, len(notices)) == (0, 1), finished.log
    assert notices[0].message.startswith("Nothing to do")

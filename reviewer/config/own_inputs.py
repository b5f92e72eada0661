"""The inputs of the workflow step for what a repository brings along: other tools' reports."""

from reviewer.config import option_types
from reviewer.config.model_inputs import ModelInputs
from reviewer.config.options import declare
from reviewer.record import record


@record
class OwnInputs(ModelInputs):
    """What a repository brings along, which the workflow alone names."""

    sarif: tuple[str, ...] = declare(
        option_types.names("ruff.sarif, reports/*.sarif"),
        "",
        "SARIF files that other tools left in the workspace in earlier steps of the job, as paths "
        "or patterns such as `*.sarif`. Their results on changed lines become findings, with the "
        "name of the tool. A file that is missing or cannot be read makes the review incomplete.",
    )

"""The inputs of the workflow step for what a repository brings along: reports, templates."""

from reviewer.config import option_types
from reviewer.config.options import declare
from reviewer.config.workflow.model_inputs import ModelInputs
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
    templates: str = declare(
        option_types.line(
            r"[A-Za-z0-9._/-]{1,200}",
            "a folder of the repository, or empty for none",
            ".github/code-review/",
            blank=True,
        ),
        "",
        "Folder with templates of your own, read at the base commit: what the model is asked to "
        "look for, and what findings look like. Empty for none.",
    )

"""The recorded answers of a real model, given again to the questions they were given to."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from pull import changed_files

from tests.loopback.messages import Request, Response
from tests.loopback.model import CHAT, Body, LoopbackModel, Said, completion, error

FOLDER = Path(__file__).parent / "recorded"
ABOUT = FOLDER / "about.json"
MODEL = "recorded-answers"


@dataclass(frozen=True, slots=True)
class Question:
    """What a request asks, whatever the wording of its prompt; `path` is empty for an overview."""

    purpose: str
    path: str

    @classmethod
    def of(cls, body: Body) -> "Question":
        """Recognise a question by the name of its schema and the one path that it shows alone.

        Raises LookupError for a request that is no question about the change.
        """
        purpose = body.get("response_format", {}).get("json_schema", {}).get("name", "")
        if purpose == "overview":
            return cls(purpose, "")
        lines = {line for message in body["messages"] for line in message["content"].split("\n")}
        paths = sorted(lines & changed_files().keys())
        if len(paths) != 1:
            raise LookupError(f"a request ({purpose or 'no schema'}) shows the paths {paths}")
        return cls(purpose, paths[0])

    @property
    def file(self) -> Path:
        """Where the answer is kept."""
        name = f"{self.purpose}-{self.path.replace('/', '-')}".rstrip("-")
        return FOLDER / f"{name}.json"

    def __str__(self) -> str:
        """Name the question for an error."""
        return f"{self.purpose} of {self.path}" if self.path else self.purpose


class Replay(LoopbackModel):
    """Gives the recorded answers; `missing` names the questions that have none."""

    def __init__(self) -> None:
        """Bind a port."""
        super().__init__(key="", models=(MODEL,))
        self.missing: list[str] = []

    def respond(self, request: Request) -> Response:
        """Answer what was answered before, and refuse everything else."""
        if request.path != CHAT:
            return super().respond(request)
        try:
            question = Question.of(request.json_object())
            found = json.loads(question.file.read_text("utf-8"))
        except (LookupError, FileNotFoundError) as problem:
            self.missing.append(str(problem))
            return error(HTTPStatus.BAD_REQUEST, f"There is no recorded answer: {problem}")
        text = json.dumps(found["answer"], ensure_ascii=False)
        said = Said(text, usage=(found["input_tokens"], found["output_tokens"]))
        return Response(HTTPStatus.OK, json.dumps(completion(said, model=MODEL)).encode())


def signature() -> str:
    """Say who gave the recorded answers, and when."""
    about = json.loads(ABOUT.read_text("utf-8"))
    return f"answers recorded on {about['when']} from {about['who']}"

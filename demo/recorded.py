"""The recorded answers of a real model, given again to the questions they were given to."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from pull import changed_files

from tests.loopback.messages import Request, Response, as_json
from tests.loopback.model import CHAT, Body, LoopbackModel, ScriptedReply, completion, error

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
        """Recognise a question by the name of its schema and the first path on a line of its own.

        Raises LookupError for a request that is no question about the change.
        """
        purpose = body.get("response_format", {}).get("json_schema", {}).get("name", "")
        if purpose == "overview":
            return cls(purpose, "")
        lines = (line for message in body["messages"] for line in message["content"].split("\n"))
        path = next((line for line in lines if line in changed_files()), None)
        if path is None:
            raise LookupError(f"a request ({purpose or 'no schema'}) shows none of the paths")
        return cls(purpose, path)

    @property
    def file(self) -> Path:
        """Where the answer is kept."""
        name = f"{self.purpose}-{self.path.replace('/', '-')}".rstrip("-")
        return FOLDER / f"{name}.json"

    def __str__(self) -> str:
        """Name the question for an error."""
        return f"{self.purpose} of {self.path}" if self.path else self.purpose


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said to a question, and the tokens that it counted, read and written."""

    question: str
    tokens: tuple[int, int] | None
    text: str

    @classmethod
    def load(cls, file: Path) -> "Answer":
        """Read an answer as `keep` writes it."""
        found = json.loads(file.read_text("utf-8"))
        tokens, answer = found["tokens"], found["answer"]
        text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        return cls(found["question"], (tokens[0], tokens[1]) if tokens else None, text)

    def keep(self, file: Path) -> None:
        """Write the answer down, as JSON within JSON where it is some."""
        try:
            answer = json.loads(self.text)
        except ValueError:
            answer = self.text
        found = {"question": self.question, "tokens": self.tokens, "answer": answer}
        file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")

    @property
    def said(self) -> ScriptedReply:
        """The answer as the loopback model gives it."""
        return ScriptedReply(self.text, usage=self.tokens)


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
        except LookupError as problem:
            return self._refuse(str(problem))
        if not question.file.exists():
            return self._refuse(str(question))
        said = Answer.load(question.file).said
        return as_json(HTTPStatus.OK, completion(said, model=MODEL))

    def _refuse(self, question: str) -> Response:
        self.missing.append(question)
        return error(HTTPStatus.BAD_REQUEST, f"There is no recorded answer: {question}.")


def signature() -> str:
    """Say who gave the recorded answers, and when."""
    about = json.loads(ABOUT.read_text("utf-8"))
    return f"answers recorded on {about['when']} from {about['who']}"

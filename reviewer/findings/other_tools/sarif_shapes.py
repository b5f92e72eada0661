"""The structure of a SARIF 2.1.0 report, as far as we read it."""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

MOST_RESULTS = 25_000
"""Results of one run of a tool; GitHub's code scanning takes as many."""
MOST_RUNS = 20

SarifLevel: TypeAlias = Literal["none", "note", "warning", "error"]


class _Shape(BaseModel):
    """What we read of an object; SARIF has many more members, which are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", alias_generator=to_camel)

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, members: object) -> object:
        """Read a member that is null as absent, as tools write it that have no id for a rule."""
        if not isinstance(members, dict):
            return members
        given = ((name, value) for name, value in members.items() if value is not None)
        # pydantic takes these values as Python, and in strict mode a list is no tuple.
        return {name: tuple(v) if isinstance(v, list) else v for name, v in given}


class SarifText(_Shape):
    """A text, in Markdown or plain; we read the plain one."""

    text: str = ""


class SarifMessage(SarifText):
    """A text, or the id of one of its rule with arguments (3.11)."""

    id: str = ""
    arguments: tuple[str, ...] = ()


class SarifProperties(_Shape):
    """What GitHub reads of a property bag."""

    score: str | float | None = Field(default=None, alias="security-severity")
    tags: tuple[str, ...] = ()


_NO_PROPERTIES = SarifProperties.model_validate({})


class SarifConfiguration(_Shape):
    """The default level of a rule (3.50)."""

    level: SarifLevel = "warning"


class SarifRule(_Shape):
    """A rule of a tool (3.49)."""

    id: str
    name: str = ""
    short_description: SarifText = SarifText()
    message_strings: dict[str, SarifText] = {}
    default_configuration: SarifConfiguration = SarifConfiguration()
    properties: SarifProperties = _NO_PROPERTIES


class SarifComponent(_Shape):
    """A tool or its extension, with its rules (3.19)."""

    name: str
    rules: tuple[SarifRule, ...] = ()


class SarifTool(_Shape):
    """A tool (3.18)."""

    driver: SarifComponent
    extensions: tuple[SarifComponent, ...] = ()


class SarifComponentReference(_Shape):
    """An extension by its index (3.54)."""

    index: int = -1


class SarifRuleReference(_Shape):
    """A rule by its id or index (3.52)."""

    id: str = ""
    index: int = -1
    tool_component: SarifComponentReference = SarifComponentReference()


class SarifArtifact(_Shape):
    """Where a file is, or the index of its entry (3.4)."""

    uri: str = ""
    uri_base_id: str = ""
    index: int = -1


class SarifArtifactEntry(_Shape):
    """A file that a run names (3.24)."""

    location: SarifArtifact = SarifArtifact()


class SarifRegion(_Shape):
    """Lines of a file (3.30)."""

    start_line: Annotated[int, Field(ge=1)] | None = None
    end_line: Annotated[int, Field(ge=1)] | None = None


class SarifPhysical(_Shape):
    """Lines and their file (3.29)."""

    artifact_location: SarifArtifact = SarifArtifact()
    region: SarifRegion = SarifRegion()


class SarifLocation(_Shape):
    """A place of a result (3.28)."""

    physical_location: SarifPhysical = SarifPhysical()


class SarifSuppression(_Shape):
    """Why a result is not to be shown (3.35)."""

    status: str = "accepted"


class SarifResult(_Shape):
    """A result of a run (3.27)."""

    rule_id: str = ""
    rule_index: int = -1
    rule: SarifRuleReference = SarifRuleReference()
    level: SarifLevel | None = None
    kind: str = "fail"
    message: SarifMessage
    locations: tuple[SarifLocation, ...] = ()
    suppressions: tuple[SarifSuppression, ...] = ()
    baseline_state: str = ""
    properties: SarifProperties = _NO_PROPERTIES


class SarifNotification(_Shape):
    """What a tool says of its own run (3.58)."""

    level: SarifLevel = "warning"
    message: SarifMessage = SarifMessage()
    locations: tuple[SarifLocation, ...] = ()


class SarifInvocation(_Shape):
    """How a run went (3.20)."""

    execution_successful: bool
    tool_execution_notifications: tuple[SarifNotification, ...] = ()
    tool_configuration_notifications: tuple[SarifNotification, ...] = ()

    @property
    def failures(self) -> Iterator[SarifNotification]:
        """What the tool could not do; Bandit calls an error in a file one of its configuration."""
        notified = self.tool_execution_notifications + self.tool_configuration_notifications
        return (each for each in notified if each.level == "error")


class SarifRun(_Shape):
    """One run of one tool (3.14)."""

    tool: SarifTool
    # SARIF 3.14.23: absent or null if the tool did not get as far as looking for results.
    results: Annotated[tuple[SarifResult, ...], Field(max_length=MOST_RESULTS)] | None = None
    artifacts: tuple[SarifArtifactEntry, ...] = ()
    original_uri_base_ids: dict[str, SarifArtifact] = {}
    invocations: tuple[SarifInvocation, ...] = ()


class SarifLog(_Shape):
    """A report (3.13)."""

    version: Literal["2.1.0"]
    runs: Annotated[tuple[SarifRun, ...], Field(max_length=MOST_RUNS)]

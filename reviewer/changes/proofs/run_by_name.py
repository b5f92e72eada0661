"""Finds the program that runs a file, or reads from it what to run, by its name or folder."""

import re
from collections.abc import Mapping

# Programs by a name for people. A name that several have belongs to the first.
_PROGRAMS: Mapping[str, str] = {
    "Git, as a hook": r"(.*/)?(\.husky|\.githooks|githooks|git-hooks)/.+"
    r"|(.*/)?hooks/(pre|post|commit|prepare|update|applypatch|push|reference|fsmonitor)[a-z-]*"
    r"|(.*/)?(\.pre-commit-(config|hooks)\.yaml|lefthook\.ya?ml|\.lefthook/.+|\.gitattributes"
    r"|\.gitmodules)",
    "a continuous integration": r"\.github/.+|(.*/)?(action\.ya?ml|\.gitlab-ci\.yml|\.travis\.yml"
    r"|azure-pipelines\.yml|Jenkinsfile|bitbucket-pipelines\.yml|cloudbuild\.ya?ml|appveyor\.yml"
    r"|\.appveyor\.yml|\.drone\.yml|\.cirrus\.yml|netlify\.toml|vercel\.json|Procfile|app\.yaml"
    r"|(\.circleci|\.buildkite|\.gitlab|\.woodpecker|\.tekton|\.forgejo|\.gitea)/.+)",
    "a test runner": r"(.*/)?(conftest\.py|tox\.ini|noxfile\.py|pytest\.ini|__snapshots__/.+"
    r"|.+\.snap|__tests__/.+|test_[^/]+\.py|[^/]+_test\.(py|go|rb)|[^/]+_spec\.rb"
    r"|[^/]+\.(test|spec)\.[cm]?[jt]sx?)",
    "Python": r"(.*/)?(setup\.(py|cfg)|pyproject\.toml|sitecustomize\.py|usercustomize\.py"
    r"|__init__\.pyi?|__main__\.py|manage\.py|wsgi\.py|asgi\.py|[^/]+\.pth"
    r"|[^/]*requirements[^/]*\.(txt|in)|Pipfile)",
    "Node.js": r"(.*/)?(package\.json|\.npmrc|\.yarnrc(\.yml)?|\.pnp\.[cm]?js|\.pnpmfile\.c?js"
    r"|binding\.gyp|[^/]+\.config\.[cm]?[jt]s|\.[a-z-]+rc\.[cm]?js|Gruntfile\.js"
    r"|Gulpfile\.js|\.yarn/.+|bunfig\.toml|deno\.jsonc?)",
    "make": r"(.*/)?([Mm]akefile|GNUmakefile|[^/]+\.mk|CMakeLists\.txt|[^/]+\.cmake|configure"
    r"|meson\.build|[Jj]ustfile|Taskfile\.ya?ml|SConstruct|\.envrc|\.bazelrc|WORKSPACE(\.bazel)?"
    r"|MODULE\.bazel|BUILD(\.bazel)?)",
    "a container engine": r"(.*/)?((Docker|Container)file([.-][^/]+)?|[^/]+\.dockerfile"
    r"|(docker-)?compose[^/]*\.ya?ml|entrypoint\.sh|docker-entrypoint\.sh|Vagrantfile"
    r"|Chart\.ya?ml)",
    "a build tool": r"(.*/)?([Rr]akefile|Gemfile|[^/]+\.gemspec|build\.rs|Cargo\.toml|go\.mod"
    r"|(build|settings)\.gradle(\.kts)?|pom\.xml|build\.xml|mvnw|gradlew|composer\.json"
    r"|Package\.swift|[^/]+\.(cs|fs|vb)proj|Directory\.Build\.(props|targets)|mix\.exs)",
    "an editor or a coding agent": r"(.*/)?((\.vscode|\.devcontainer|\.idea|\.claude|\.cursor)/.+"
    r"|AGENTS\.md|CLAUDE\.md|GEMINI\.md|\.cursorrules|\.mcp\.json|\.vimrc|\.exrc|\.dir-locals\.el)",
    "the system": r"(.*/)?([^/]+\.(service|timer|desktop)|crontab|cron\.[a-z]+/.+|init\.d/.+"
    r"|\.bashrc|\.bash_profile|\.profile|\.zshrc|\.zshenv|sudoers\.d/.+)",
    "people, as a command": r"(.*/)?(bin|sbin|scripts?|libexec|tools)/.+",
}
_PATTERNS = {who: re.compile(pattern, re.IGNORECASE) for who, pattern in _PROGRAMS.items()}
CHECKS = frozenset({"Git, as a hook", "a continuous integration", "a test runner"})
"""Programs whose files check something: without the name, nothing checks it any more."""


def find_program(path: str) -> str:
    """Return what runs a file of this path, in words; "" where the name says nothing.

    Letter case does not matter: on some systems, it does not matter to the programs either.
    """
    return next((who for who, pattern in _PATTERNS.items() if pattern.fullmatch(path)), "")

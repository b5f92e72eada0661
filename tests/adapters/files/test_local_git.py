"""What two commits of a local repository tell of their files."""

import os
import subprocess
from pathlib import Path

from reviewer.adapters.files.local_git import LocalCommits


def test_a_listing_holds_the_files_of_a_commit_and_no_links(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=Dev", "-c", "user.email=dev@example.com")
        quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        environ = {**quiet, "PATH": os.environ["PATH"]}
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, env=environ, check=True)

    git("init", "--quiet", "--initial-branch", "main")
    (tmp_path / "AGENTS.md").write_text("Count in cents.", "utf-8")
    (tmp_path / "CLAUDE.md").symlink_to("AGENTS.md")
    git("add", ".")
    git("commit", "--quiet", "-m", "First")
    commits = LocalCommits.between(str(tmp_path), "HEAD..HEAD")
    assert commits.list_tree(commits.base_sha).paths == ("AGENTS.md",)

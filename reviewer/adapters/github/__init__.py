"""GitHub as a forge, over PyGithub."""

"""The inputs of the step, `.github/code-review.yml`, and the settings that apply."""

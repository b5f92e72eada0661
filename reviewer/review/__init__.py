"""The result of a run: its files and findings, their verification, the costs, and the job."""

"""Tasks of the task list, and their wording."""

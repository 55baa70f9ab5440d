"""The task list as a page, a file and a calendar."""

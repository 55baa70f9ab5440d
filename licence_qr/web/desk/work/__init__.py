"""The work list as a page, a file and a calendar."""

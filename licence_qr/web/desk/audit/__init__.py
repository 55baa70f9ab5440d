"""The auditor's pages: who did what to whom, and who saw it."""

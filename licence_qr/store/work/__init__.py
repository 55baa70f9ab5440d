"""The work list, reminders, and calendar addresses."""

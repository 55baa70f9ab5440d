"""The task list, reminders, and calendar addresses."""

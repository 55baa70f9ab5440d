"""The task list, reminders, outbox, mail server, and calendar addresses."""

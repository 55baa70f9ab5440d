"""The task list, reminders, the outbox and the mail server, and the list in a person's calendar."""

"""The work list over all its sources, reminders written, and calendar addresses."""

"""All acts on licences and permits, and what the calendar does by itself."""

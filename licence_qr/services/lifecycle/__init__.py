"""Every act on a licence or a permit, through one door; and what the calendar does by itself."""

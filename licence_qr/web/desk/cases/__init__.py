"""The items of cases at the desk: what officers do with them, and what is shown or brought to the counter."""

"""A business as the register holds it: holder, permits, marks, the combined record; and how their fields are typed."""

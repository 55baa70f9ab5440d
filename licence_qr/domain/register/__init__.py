"""A business in the register: holder, permits, marks, combined record, events; and the parsing of typed fields."""

"""The values and rules of the trade. Pure: no files, network or clock; the current day is always an argument."""

"""The words and rules of the trade. Pure: no files, no network, no clock; today is always an argument."""

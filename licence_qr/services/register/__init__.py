"""What all other packages use: accounts, rate limits, events, the combined record, photographs."""

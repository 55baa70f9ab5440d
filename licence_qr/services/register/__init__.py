"""What all other packages use: accounts, rate limits, events, the combined record now and on a past day,
photographs."""

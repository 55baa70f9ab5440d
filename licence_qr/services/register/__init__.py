"""What every other room stands on: accounts, throttles, the combined record now and on a past day, safe photographs."""

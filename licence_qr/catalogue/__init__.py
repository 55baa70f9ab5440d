"""The catalogue: dated entries as TOML beside this file, and the loader that checks them."""

"""The catalogue: dated entries as TOML files in this folder, and the loader that checks them."""

"""The register: the only package that uses SQL or key files. One module per aggregate."""

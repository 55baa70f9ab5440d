"""The register: the only room that speaks SQL or touches key files. One module per aggregate."""

"""The signed code: claims, their bytes, the COSE envelope, the text form, the trust list and the strict verifier.

Pure: no files, network or clock; see docs/verifying/code-format.md.
"""

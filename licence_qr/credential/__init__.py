"""The signed code: claims, their bytes, the COSE envelope, the text form, the trust list and the strict verifier.

Pure: bytes and values in, values or a refusal out. No files, no network, no clock; see docs/verifying/code-format.md.
"""

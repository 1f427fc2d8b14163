"""The command with which subscribers check the events that they received.

It stands alone: it imports the standard library and itself, and cryptography for signatures of version v1a where that
is installed. The portal gives it away as one file, verifier.pyz.
"""

"""Publishing: from the private build database to what readers open.

Belongs here: copying, verifying, hashing, swapping the link, the ledger. Does not belong here:
deciding whether the checks allow publishing (``orchestration/check``).
"""

"""社区版: counts by area for 居委会 and 综治, small ones suppressed, every disclosure kept.

Belongs here: which cells may be shown, what earlier disclosures forbid, the file. Does not belong here:
briefings for the station itself (``briefing``), rights (``jingcang.access``).
"""

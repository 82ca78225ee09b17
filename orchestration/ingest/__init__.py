"""Stage "landing": one asset a source table, then the cut that decides whether anything must be built.

Belongs here: calling ``jingcang.landing``, tolerance for a source that is down, asset checks of the split
and its witness. Does not belong here: how a row is read, judged or transformed.
"""

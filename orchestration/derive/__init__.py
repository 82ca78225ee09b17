"""Stage "derive": labels, clues, addresses and areas as immutable batches.

Belongs here: which input batch needs which derived batch, files and views. Does not belong here: how a
label, clue, address or area is found (``jingcang.labelling``, ``jingcang.addresses``).
"""

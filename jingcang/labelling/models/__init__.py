"""Trained models and rules over whole narratives: entities, charge, total amount, events, citizen messages.

Belongs here: what a text says beyond labels and clues, learnt from given data or written as rules. Does not
belong here: labels and clues themselves (``jingcang.labelling``), review of what a model said (the
workbench). Every answer of a model is ``model`` until a person confirms it.
"""

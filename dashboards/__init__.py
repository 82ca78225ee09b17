"""The pages: what readers see of the warehouse.

Belongs here: wording, layout, charts, navigation, login screens. Does not belong here: opening data
(only ``dashboards/queries`` through ``jingcang.access``) and statistics (``jingcang.statistics``).
"""

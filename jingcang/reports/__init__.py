"""Tables as files for people and other programs.

Belongs here: escaping and file formats. Does not belong here: which rows a reader may have (``jingcang.access``) and
where they come from.
"""

from jingcang.reports.spreadsheets import escaped, print_landscape, write_csv, write_xlsx

__all__ = ["escaped", "print_landscape", "write_csv", "write_xlsx"]

"""Check digits of identifiers found in text.

Belongs here: arithmetic on one normalised value. Does not belong here: finding values in text
(``clues``), judging a source column (``jingcang.contracts``).

Sources: GB 11643-1999 (citizen identification number, check digit of ISO 7064 MOD 11-2);
ISO/IEC 7812-1 annex B (Luhn).
"""

from __future__ import annotations

import datetime
from operator import mul

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
# GB/T 2260: the first two digits of a place of registration; 83 is on the cards issued to residents of
# Taiwan since 2018; 91 (abroad) has never been used on a card.
_PROVINCES = frozenset(
    str(number)
    for numbers in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for number in numbers
) | {"71", "81", "82", "83"}
_EARLIEST_BIRTH_YEAR = 1890


def id_check_character(first_seventeen: str) -> str:
    """Return the check character of the first 17 digits of an identification number (GB 11643)."""
    total = sum(map(mul, map(int, first_seventeen), _WEIGHTS))
    return _CHECK_CHARACTERS[total % 11]


def has_plausible_birth(value: str) -> bool:
    """Tell whether an 18- or 15-digit number carries a known province and a real date of birth.

    The county code is not judged: counties are dissolved and renumbered, and a register of today rejects
    more than half of the county codes valid for a birth in 1990.
    """
    if value[:2] not in _PROVINCES:
        return False
    text = value[6:14] if len(value) == 18 else "19" + value[6:12]
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:8])
    if not _EARLIEST_BIRTH_YEAR <= year <= 2099:
        return False
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def is_valid_id(value: str) -> bool:
    """Tell whether an 18-character number passes GB 11643; a 15-digit number has no check digit.

    Args:
        value: 18 characters (last may be X or x) or 15 digits.

    Returns:
        For 18 characters: province, date and check character hold. For 15: province and date hold.
    """
    value = value.upper()
    if len(value) == 15:
        return value.isascii() and value.isdigit() and has_plausible_birth(value)
    if len(value) != 18 or not (value[:17].isascii() and value[:17].isdigit()):
        return False
    return has_plausible_birth(value) and id_check_character(value[:17]) == value[17]


def widen_id(value: str) -> str:
    """Return the 18-character form of a 15-digit number, so that both forms of a person link.

    Source: GB 11643-1999, annex: insert the century 19 after the place code, append the check character.
    """
    if len(value) == 18:
        return value.upper()
    body = value[:6] + "19" + value[6:]
    return body + id_check_character(body)


_DOUBLED = str.maketrans({str(digit): str(sum(divmod(2 * digit, 10))) for digit in range(10)})


def is_valid_luhn(value: str) -> bool:
    """Tell whether a string of digits passes the Luhn check (ISO/IEC 7812-1)."""
    if not (value.isascii() and value.isdigit()):
        return False
    total = sum(map(int, value[-1::-2])) + sum(map(int, value[-2::-2].translate(_DOUBLED)))
    return total % 10 == 0

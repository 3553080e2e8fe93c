"""Some rows of many, chosen and locked once."""

from sqlalchemy import Select, select


def picked(some: Select[int]) -> Select[int]:
    """The ids that ``some`` limits and locks, for another statement's ``in``.

    Written there directly, PostgreSQL may look anew for each row it compares with; rows that are taken
    already are skipped each time, and the limit limits nothing. A WITH that locks is made once:
    https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-CTE-MATERIALIZATION.
    """
    return select(some.cte("picked").columns[0])

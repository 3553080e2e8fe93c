"""The funnel: where approvers stand in the guide, and how many came, went on and left, kept as counts."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from wizard.models.base import Base, words
from wizard.models.invitation import Step


class FunnelCounted(StrEnum):
    """What is counted at a place of the guide: a step, or a cause that stops her at it."""

    CAME = "came"
    WENT_ON = "went_on"
    LEFT = "left"
    CAME_BACK = "came_back"
    HELPED = "helped"


class FunnelPlace(Base):
    """Where an invitation's reader stands in the guide, from her first pressed button until it has ended.

    Kept so that a press knows what it counts. Of several readers, the one who has come furthest decides.
    """

    __tablename__ = "funnel_places"
    __table_args__ = (
        Index(
            "ix_funnel_places_pressed_at", "pressed_at", postgresql_where=text("left_at is null")
        ),
    )

    invitation_id: Mapped[int] = mapped_column(
        ForeignKey("invitations.id", ondelete="CASCADE"), unique=True
    )
    firm_id: Mapped[int]
    provider: Mapped[str]
    step: Mapped[Step] = mapped_column(words(Step))
    since: Mapped[datetime]
    helped: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    cause: Mapped[str | None]  # of the page of a cause, where she is at one
    cause_since: Mapped[datetime | None]
    cause_helped: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    pressed_at: Mapped[datetime]
    left_at: Mapped[datetime | None]  # counted as left, until she presses again


class FunnelCount(Base):
    """How many invitations did this at a place, of those that came to it in a week; rows of one key are summed.

    Each change writes rows of its own, so that no two wait for each other, and the worker folds them.
    """

    __tablename__ = "funnel_counts"
    __table_args__ = (
        Index("ix_funnel_counts_firm_id", "firm_id", "week"),
        Index("ix_funnel_counts_week", "week"),
        Index("ix_funnel_counts_unfolded", "id", postgresql_where=text("not folded")),
        Index(
            "uq_funnel_counts_folded",
            "firm_id",
            "week",
            "provider",
            "step",
            "cause",
            "counted",
            "took",
            unique=True,
            postgresql_where=text("folded"),
        ),
    )

    week: Mapped[date]  # its Monday, in Stockholm
    firm_id: Mapped[int]  # or ALL_FIRMS
    provider: Mapped[str]
    step: Mapped[Step] = mapped_column(words(Step))
    cause: Mapped[str] = mapped_column(
        default="", server_default=""
    )  # empty: of the step as a whole
    counted: Mapped[FunnelCounted] = mapped_column(words(FunnelCounted))
    took: Mapped[int] = mapped_column(
        default=0, server_default=text("0")
    )  # which span of time, of who went on
    number: Mapped[int]
    folded: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

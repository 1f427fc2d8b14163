"""What all rows that organisations keep have in common: their publication, and a clock that counts their changes."""

import uuid
from datetime import date

from sqlalchemy import BigInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.base import Model
from rtp_finance_directory.moderation.errors import HeldByOperator, NotInThatState
from rtp_finance_directory.vocabulary import ProductChange, PublicationState

STANDING = (
    PublicationState.DRAFT,
    PublicationState.IN_REVIEW,
    PublicationState.PUBLISHED,
    PublicationState.SUSPENDED,
)


class DirectoryClock(Model):
    """The number of the directory's newest change. Its one row is locked by whoever changes a product or a funder."""

    __tablename__ = "directory_clock"

    id: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    position: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class DirectoryKeeper(Model):
    """An organisation that keeps rows of the directory, and whether the operator looks at them before they are shown.

    One that has no row is not reviewed.
    """

    __tablename__ = "directory_keepers"

    organisation: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    reviewed: Mapped[bool]
    version: Mapped[int]

    def set_review(self, *, reviewed: bool) -> None:
        self.version += self.reviewed != reviewed
        self.reviewed = reviewed


class Moderated:
    """A row that its keeper publishes and takes off, by hand or by schedule, and that the operator moderates."""

    owner: Mapped[uuid.UUID | None] = mapped_column(index=True)
    """The organisation that keeps the row; None for the operator's reference rows."""
    publication: Mapped[PublicationState] = mapped_column(server_default=PublicationState.PUBLISHED.value)
    suspended_by_operator: Mapped[bool] = mapped_column(server_default=text("false"))
    """Then only the operator lifts it."""
    suspended_for: Mapped[str | None]
    """Why it was taken off, as whoever did it said, until it is published again."""
    publish_on: Mapped[date | None]
    unpublish_on: Mapped[date | None]

    def publish(
        self,
        *,
        today: date,
        publish_on: date | None,
        unpublish_on: date | None,
        by_operator: bool,
        reviewed: bool = False,
    ) -> ProductChange:
        """Show it to all from today or a later day on, until a day if one is named.

        Of a keeper that is reviewed it waits until the operator publishes it, by the keeper's days if it names none.
        """
        self._require_one_of(*STANDING)
        if self.suspended_by_operator and not by_operator:
            raise HeldByOperator(self.suspended_for or "")
        if by_operator and self.publication is PublicationState.IN_REVIEW:
            publish_on, unpublish_on = publish_on or self.publish_on, unpublish_on or self.unpublish_on
            if unpublish_on is not None and unpublish_on <= max(publish_on or today, today):
                raise NotInThatState("the day on which its keeper wanted it taken off has come: name another")
        later = publish_on is not None and publish_on > today
        if later and self.publication is PublicationState.PUBLISHED:
            raise NotInThatState("it is published already; suspend it first to publish it on a later day")
        self.suspended_by_operator, self.suspended_for = False, None
        self.publish_on, self.unpublish_on = publish_on if later else None, unpublish_on
        if reviewed and self.publication is not PublicationState.PUBLISHED:
            self.publication = PublicationState.IN_REVIEW
            return ProductChange.DRAFTED
        return self._wait() if later else self._publish()

    def _wait(self) -> ProductChange:
        """Stand as it is until its day comes; what waited for the operator is approved."""
        if self.publication is PublicationState.IN_REVIEW:
            self.publication = PublicationState.DRAFT
        return ProductChange.DRAFTED

    def _publish(self) -> ProductChange:
        change = ProductChange.CHANGED if self.publication is PublicationState.PUBLISHED else ProductChange.PUBLISHED
        self.publication, self.publish_on = PublicationState.PUBLISHED, None
        return change

    def hide_for_review(self) -> ProductChange:
        """Hide what is shown, or is to be shown on a day, until the operator has looked at its new words."""
        shown = self.publication is PublicationState.PUBLISHED
        if shown or self.publish_on is not None:
            self.publication = PublicationState.IN_REVIEW
        return ProductChange.SUSPENDED if shown else ProductChange.CHANGED

    def suspend(self, *, by_operator: bool, reason: str | None = None) -> ProductChange:
        """Take it off for a while. What the operator takes off, its owner does not put back."""
        self._require_one_of(*STANDING)
        self.suspended_by_operator |= by_operator
        self.publication, self.publish_on, self.unpublish_on = PublicationState.SUSPENDED, None, None
        self.suspended_for = reason
        return ProductChange.SUSPENDED

    def hand_over(self, organisation: uuid.UUID | None) -> ProductChange:
        """Let an organisation keep it from now on, or the operator again. It stays shown or not as it is."""
        self._require_one_of(*STANDING)
        self.owner = organisation
        return ProductChange.HANDED_OVER

    def withdraw(self) -> ProductChange:
        """Take it off for good."""
        self._require_one_of(*STANDING)
        self.publication, self.publish_on, self.unpublish_on = PublicationState.WITHDRAWN, None, None
        return ProductChange.WITHDRAWN

    def follow_schedule(self, today: date) -> ProductChange | None:
        """Publish or take off what is due; return what changed, or None. What waits for the operator goes on to."""
        if self.unpublish_on is not None and self.unpublish_on <= today:
            return self.suspend(by_operator=False)
        if self.publish_on is None or self.publish_on > today or self.publication is PublicationState.IN_REVIEW:
            return None
        return self._publish()

    def require_writable(self) -> None:
        self._require_one_of(*STANDING)

    def _require_one_of(self, *allowed: PublicationState) -> None:
        if self.publication not in allowed:
            raise NotInThatState(f"it is {self.publication}")

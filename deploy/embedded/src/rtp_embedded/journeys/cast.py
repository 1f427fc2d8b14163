"""Who appears in the journeys: people, each at a client of the sandbox."""

from dataclasses import dataclass

from rtp_embedded.journeys.desk import Desk
from rtp_embedded.journeys.story import Story
from rtp_embedded.journeys.wire import Case


@dataclass(frozen=True)
class Cast:
    """The staff group with those who help it, and the people of the bodies."""

    lead: Desk
    member: Desk
    staff_rep: Desk
    adviser: Desk
    board: Desk
    officer: Desk
    second: Desk
    decider: Desk
    panel: tuple[Desk, ...]
    commissioner: Desk

    @classmethod
    def at(cls, story: Story, *, group: str, employer: str, commissioner: str) -> "Cast":
        """`group`, `employer` and `commissioner` are the clients through which each side acts."""

        def desk(client_id: str, person: str, called: str) -> Desk:
            return Desk(story, client_id, person, called=called)

        return cls(
            lead=desk(group, "p-lead", "the group's lead"),
            member=desk(group, "p-member", "a member of the group"),
            staff_rep=desk("staff-portal", "p-union", "the union's representative"),
            adviser=desk(group, "p-adviser", "an adviser"),
            board=desk(group, "p-board", "the mutual's board"),
            officer=desk(employer, "p-officer-1", "the case officer"),
            second=desk(employer, "p-officer-2", "a second officer"),
            decider=desk(employer, "p-decider", "the decision maker"),
            panel=tuple(desk(employer, f"p-panel-{n}", f"panel member {n}") for n in (1, 2, 3)),
            commissioner=desk(commissioner, "p-commissioner", "the commissioner"),
        )

    def offices(self, case: Case) -> None:
        """Once the case is submitted, each body says who handles it."""
        self.officer.appoints(case, "case-officer", self.officer)
        self.officer.appoints(case, "case-officer", self.second)
        self.officer.appoints(case, "decision-maker", self.decider)
        self.commissioner.appoints(case, "commissioner", self.commissioner)

"""The people of the journeys, each at a client of the sandbox."""

from dataclasses import dataclass

from rtp_examples.journeys.actor_client import ActorClient
from rtp_examples.journeys.api import Case
from rtp_examples.journeys.scenario import Scenario


@dataclass(frozen=True)
class Personas:
    """The staff group with those who help it, and the people of the bodies."""

    lead: ActorClient
    member: ActorClient
    staff_rep: ActorClient
    adviser: ActorClient
    board: ActorClient
    officer: ActorClient
    second: ActorClient
    decider: ActorClient
    panel: tuple[ActorClient, ...]
    commissioner: ActorClient

    @classmethod
    def join(cls, scenario: Scenario, *, group: str, employer: str, commissioner: str) -> "Personas":
        """Give each side's people its client: `group`, `employer` and `commissioner` are client ids."""

        def actor(client_id: str, person: str, label: str) -> ActorClient:
            return ActorClient(scenario, client_id, person, label=label)

        return cls(
            lead=actor(group, "p-lead", "the group's lead"),
            member=actor(group, "p-member", "a member of the group"),
            staff_rep=actor("staff-portal", "p-union", "the union's representative"),
            adviser=actor(group, "p-adviser", "an adviser"),
            board=actor(group, "p-board", "the mutual's board"),
            officer=actor(employer, "p-officer-1", "the case officer"),
            second=actor(employer, "p-officer-2", "a second officer"),
            decider=actor(employer, "p-decider", "the decision maker"),
            panel=tuple(actor(employer, f"p-panel-{n}", f"panel member {n}") for n in (1, 2, 3)),
            commissioner=actor(commissioner, "p-commissioner", "the commissioner"),
        )

    def appoint_officials(self, case: Case) -> None:
        """Have each body appoint the people who handle the case, once it is submitted."""
        self.officer.appoint(case, "case-officer", self.officer)
        self.officer.appoint(case, "case-officer", self.second)
        self.officer.appoint(case, "decision-maker", self.decider)
        self.commissioner.appoint(case, "commissioner", self.commissioner)

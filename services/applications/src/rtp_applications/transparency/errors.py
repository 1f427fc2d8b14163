"""Refusals about the transparency log."""

from rtp_shared.problems import Conflict, Forbidden, Invalid, Malformed, NotFound


class NoSuchTile(NotFound):
    title = "The published tree has no such tile"


class NothingPublished(NotFound):
    title = "This instance has published no checkpoint yet; without RTP_LOG_KEY it signs none"


class NoSuchReceipt(NotFound):
    title = "You may read no entry of this hash in the case's history"


class SaltDestroyed(NotFound):
    title = "What led from this entry to its leaf was destroyed, as an erasure asks; the leaf stays in the log"


class NotInTheLogYet(Conflict):
    title = "No published checkpoint covers the entry yet: the tree grows at fixed times"


class NotAWitnessRequest(Malformed):
    title = "This is not a request to cosign a checkpoint, as C2SP tlog-witness has it"


class UnknownLog(NotFound):
    title = "This instance is no witness of the log of this origin"


class NotSignedByTheLog(Forbidden):
    title = "No signature of the checkpoint is of the log's key that is known here"


class DoesNotFollow(Invalid):
    title = "The proof does not show that the checkpoint follows from the one of the old size"

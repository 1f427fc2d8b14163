"""Refusals about documents and their contents."""

from rtp_shared.problems import Conflict, Forbidden, Invalid, NotFound, Refusal, Unavailable, Unsupported


class TypeNotAccepted(Unsupported):
    title = "Documents of this type are not accepted"


class NotWhatItSays(Unsupported):
    title = "The content is not of the type that it is said to be"


class TextNotUtf8(Unsupported):
    title = "Text must be in UTF-8"


class IncompleteContent(Invalid):
    title = "The document is cut short or damaged"


class TooMuchInside(Invalid):
    title = "The document unpacks to more than can be looked through"


class EncryptedContent(Invalid):
    title = "The document is encrypted, so that nobody else could read it"


class ActiveContent(Invalid):
    title = "The document holds macros, or other means to start programs"


class EmptyContent(Invalid):
    title = "The document is empty"


class StorageAway(Unavailable):
    title = "Documents cannot be stored or read now"


class ContentMissing(Refusal):
    status, title = 500, "The content of this document is missing from the storage"


class NoSuchDocument(NotFound):
    title = "There is no such document in the case, or you may not know of it"


class NoSuchVersion(NotFound):
    title = "The document has no such version"


class NoContentYet(NotFound):
    title = "The document has no content yet"


class NotYoursToWrite(Forbidden):
    title = "Documents are written by the staff group, or by the people of the body that added them"


class NotWrittenNow(Conflict):
    title = "Documents are not written while the case stands as it does"


class DocumentWithdrawn(Conflict):
    title = "The document was withdrawn"


class DocumentIsFrozen(Conflict):
    title = "The document was submitted, and stays"


class AudienceOnlyGrows(Conflict):
    title = "What everybody in the case could see stays so"


class TooManyDocuments(Conflict):
    title = "The case has as many documents as it may have"


class ExemptionNotRight(Invalid):
    title = "An exemption from disclosure names its ground, and nothing else has one"


class Quarantined(Forbidden):
    """`signature` is what the scanner calls it."""

    title = "Malware was found in the content, which is given to nobody"


class AwaitingScan(Conflict):
    title = "The content has not been scanned for malware yet"


class ContentAbsent(NotFound):
    title = "The case came in a bundle without this content"

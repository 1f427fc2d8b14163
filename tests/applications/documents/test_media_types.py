"""Which media types documents may be said to have."""

import pytest

from rtp_applications.documents.errors import TypeNotAccepted
from rtp_applications.documents.media_types import ADVICE, CSV, JPEG, OTHER_NAMES, require_accepted


@pytest.mark.parametrize(
    "declared", ["TEXT/CSV; charset=utf-8", 'text/csv;charset="UTF-8"', "text/csv", "text/csv ; x=y"]
)
def test_parameters_of_a_type_are_no_matter(declared: str) -> None:
    assert require_accepted(declared) == CSV


@pytest.mark.parametrize(
    "declared", ["", "text/html", "application/zip", "text/csv; charset=iso-8859-1", "image/svg+xml"]
)
def test_a_type_that_is_not_accepted_is_refused_by_name(declared: str) -> None:
    with pytest.raises(TypeNotAccepted) as refused:
        require_accepted(declared)
    assert refused.value.errors[0].field == "Content-Type"


@pytest.mark.parametrize("declared", OTHER_NAMES)
def test_other_names_of_a_type_are_taken(declared: str) -> None:
    assert require_accepted(declared.upper()) == OTHER_NAMES[declared]
    assert require_accepted("image/jpg") == JPEG


@pytest.mark.parametrize("declared", ADVICE)
def test_who_sends_a_common_type_that_is_not_accepted_is_told_what_to_send(declared: str) -> None:
    with pytest.raises(TypeNotAccepted) as refused:
        require_accepted(f"{declared}; name=x")
    assert declared in refused.value.args[0]
    assert refused.value.errors[0].reason == f"is {ADVICE[declared]}"

"""What is typed for the register is checked before anything is done."""

import pytest

from rtp_gateway.register.arguments import build_parser

GOOD = {"--name": "t", "--organisation": "GB-LAE-HAT", "--scopes": "cases:read"}


@pytest.mark.parametrize("verb", ["add", "change"])
@pytest.mark.parametrize(
    ("option", "given", "reason"),
    [
        ("--scopes", "root", "not a scope: root"),
        ("--scopes", "cases:read,cases:write", "not a scope"),
        ("--scopes", "Cases:Read", "not a scope"),
        ("--scopes", " ", "names none"),
        ("--name", "two\nlines", "one line"),
        ("--name", "\u200b", "1 to 200"),
        ("--name", "a\u202eb", "not text"),
        ("--name", "a\x1b[2Jb", "not text"),
        ("--name", "", "1 to 200"),
        ("--name", "x" * 201, "1 to 200"),
    ],
)
def test_wrong_arguments_are_refused(
    capsys: pytest.CaptureFixture[str], verb: str, option: str, given: str, reason: str
) -> None:
    typed = [each for pair in (GOOD | {option: given}).items() for each in pair]
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args([verb, "some-client", *typed])
    assert ended.value.code == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("client_id", ["x", "Hart", "a b", "-ab", "a" * 64, "abc\n", "abc,org:1"])
@pytest.mark.parametrize("verb", ["renew", "deactivate", "activate"])
def test_no_id_is_taken_that_no_client_may_have(verb: str, client_id: str) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args([verb, client_id])


@pytest.mark.parametrize("hours", ["-1", "721", "1.5", "soon", "", "\u0661"])
def test_an_overlap_is_whole_hours_of_at_most_thirty_days(hours: str) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["renew", "some-client", f"--overlap={hours}"])


@pytest.mark.parametrize(
    "typed",
    [
        ["hart-intake", "--name", "t"],
        [],
        ["add", "hart-intake"],
        ["renew", "abc", "--over", "1"],
        ["add", "abc", "--secret", "s"],
    ],
    ids=["without a verb", "nothing", "too little", "a short form", "a secret of one's own"],
)
def test_what_is_not_offered_is_refused(typed: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(typed)
    assert ended.value.code == 2


def test_scopes_are_taken_once_and_in_order() -> None:
    typed = ["change", "abc", "--scopes", "events:read cases:read  events:read"]
    assert build_parser().parse_args(typed).scopes == ["cases:read", "events:read"]

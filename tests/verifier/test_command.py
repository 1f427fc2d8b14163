"""The command: its refusals, its report for people, and its size."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.verifier.receiver import Verifier, chain, keep


def test_what_cannot_be_checked_is_said_in_one_line(command: Verifier, tmp_path: Path) -> None:
    received, empty = keep(tmp_path / "received", chain(1)), keep(tmp_path / "empty", [])
    wrong = tmp_path / "wrong"
    wrong.write_text("not a secret")
    assert "--help" in command.refusal()
    assert "--help" in command.refusal("--oops")
    assert "not a directory" in command.refusal(tmp_path / "nowhere")
    assert "holds no events" in command.refusal(empty)
    assert "whsec_" in command.refusal(received, "--secret-file", wrong)
    assert "not a secret" not in command.refusal(received, "--secret-file", wrong)
    assert "No such file" in command.refusal(received, "--secret-file", tmp_path / "nowhere")
    assert "whpk_" in command.refusal(received, "--public-key", "whpk_!", packages=True)
    assert "ed25519" in command.refusal(received, "--public-key", "whpk_AAAA", packages=True)
    assert "--token-file" in command.refusal(received, "--feed", "https://rtp.test")
    assert "needs --feed" in command.refusal(received, "--after", "cursor")


def test_the_end_of_a_chain_is_not_promised_without_the_feed(command: Verifier, tmp_path: Path) -> None:
    done = command.run(keep(tmp_path / "received", chain(3)[:2]))
    assert done.returncode == 0
    assert "nothing is missing that can be told without the feed" in done.stdout
    assert "--feed" in done.stdout


def test_each_subscription_is_checked_by_itself(command: Verifier, tmp_path: Path) -> None:
    """Kept together, the copy for one would fill a gap of the other."""
    events = chain(3)
    received = keep(tmp_path / "received", [*events, events[0], events[2]])
    for number in range(5):
        headers = f"Webhook-Subscription: {'one' if number < 3 else 'two'}\r\nwebhook-id: {number}\r\n"
        (received / f"{number:04d}.headers").write_text(headers)
    refusal = command.refusal(received)
    assert "one, two" in refusal
    assert "--subscription" in refusal
    one, two = (command.report(received, "--subscription", name) for name in ("one", "two"))
    assert (one["events"], one["of_others"], one["gaps"]) == (3, 2, [])
    assert (two["events"], two["of_others"], [gap["first"] for gap in two["gaps"]]) == (2, 3, [2])
    assert two["duplicates"] == []
    assert "2 bodies of other subscriptions" in command.run(received, "--subscription", "one").stdout
    for file in received.glob("000[34].*"):
        file.unlink()
    assert command.report(received)["events"] == 3


def test_a_long_list_is_cut_short_for_people_and_terminals_are_not_spoken_to(command: Verifier, tmp_path: Path) -> None:
    directory = keep(tmp_path / "received", [b""] * 25)
    (directory / "\x1b[2J.json").write_bytes(b"")
    done = command.run(directory)
    assert done.returncode == 2
    assert "NOT AN EVENT: 26" in done.stdout
    assert "and 6 more" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("arguments", ["received", "received --json", "--help"])
def test_it_is_quiet_where_nobody_reads_on(command: Verifier, tmp_path: Path, arguments: str) -> None:
    keep(tmp_path / "downloaded" / "received", [*chain(3), *[b"no event"] * 2000])
    piped = f"{sys.executable} -I -S verifier.pyz {arguments} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", piped], cwd=command.directory, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stderr, done.stdout) == ("", "0\n" if arguments == "--help" else "2\n")


def test_bodies_are_not_held_in_memory(command: Verifier, tmp_path: Path) -> None:
    """100 MB of events within 64 MB of memory."""
    (tmp_path / "received").mkdir()
    large = b"%b" % (b"x" * 1_000_000)
    with (tmp_path / "received" / "lines.jsonl").open("wb") as lines:
        for body in chain(100):
            lines.write(body.replace(b'"number":"', b'"number":"' + large, 1) + b"\n")
    limited = f"ulimit -d 65536; exec {sys.executable} -I -S verifier.pyz {tmp_path}/received --json"
    done = subprocess.run(
        ["bash", "-c", limited], cwd=command.directory, capture_output=True, text=True, timeout=60, check=False
    )
    assert json.loads(done.stdout)["events"] == 100, done.stderr

"""Subsidies worked by hand that another than the enterprise was given, or on an older day: ss.7, 8, 36 and 40 of the
Subsidy Control Act 2022. Each row: the provision, what was given in pounds and to whom, what is proposed and when; then
whether it is allowed, what counts, what is missing, and the later day that it breaks.
"""

from typing import Any

CONNECTED, PREDECESSOR = {"recipient": "connected-body"}, {"recipient": "predecessor"}
ON_1_MAY = {**PREDECESSOR, "transferredOn": "2026-05-01"}
Row = tuple[str, list[tuple[int | None, str, dict[str, Any]]], int, str, bool | None, int, list[str], str | None]
ROWS: list[Row] = [
    ("s.7(1)(b): a group under common control is one enterprise",
     [(300_000, "2026-04-01", {**CONNECTED, "commonControl": True})], 15_001, "2026-06-01", False, 300_000, [], None),
    ("s.8: and else it is not",
     [(300_000, "2026-04-01", {**CONNECTED, "commonControl": False})], 315_000, "2026-06-01", True, 0, [], None),
    ("s.8(2): that is not known settles nothing", [(300_000, "2026-04-01", CONNECTED)], 15_001, "2026-06-01", None, 0,
     ["received/0/commonControl"], None),
    ("s.40(4)(a): all of it counts on the day of the transfer",
     [(300_000, "2026-04-01", {**ON_1_MAY, "wholeTransferred": True})], 15_001, "2026-05-01", False, 300_000, [], None),
    ("s.40(4)(a): and not before it",
     [(300_000, "2026-04-01", {**ON_1_MAY, "wholeTransferred": True})], 315_000, "2026-04-30", True, 0, [], None),
    ("s.40(3)(b): what came with the transfer or after it is not of it",
     [(300_000, "2026-05-01", {**ON_1_MAY, "wholeTransferred": True})], 315_000, "2026-06-01", True, 0, [], None),
    ("s.40(5): of a part, the proportionate part",
     [(300_000, "2026-04-01", {**ON_1_MAY, "wholeTransferred": False, "attributablePence": 10_000_000})],
     215_000, "2026-06-01", True, 100_000, [], None),
    ("s.40(5): a pound more",
     [(300_000, "2026-04-01", {**ON_1_MAY, "wholeTransferred": False, "attributablePence": 10_000_000})],
     215_001, "2026-06-01", False, 100_000, [], None),
    ("s.40(5): which is not known",
     [(300_000, "2026-04-01", {**ON_1_MAY, "wholeTransferred": False})], 1, "2026-06-01", None, 0,
     ["received/0/attributablePence"], None),
    ("s.40: whether all of it goes over is not known",
     [(300_000, "2026-04-01", ON_1_MAY)], 1, "2026-06-01", None, 0, ["received/0/wholeTransferred"], None),
    ("s.40: nor when", [(300_000, "2026-04-01", PREDECESSOR)], 1, "2026-06-01", None, 0,
     ["received/0/transferredOn"], None),
    ("s.36(2): the years of the predecessor's gift count as its own",
     [(300_000, "2024-03-31", {**ON_1_MAY, "wholeTransferred": True})], 315_000, "2026-06-01", True, 0, [], None),
    ("s.36(1), (7): with it a later one is above its ceiling",
     [(310_000, "2026-07-01", {})], 5_001, "2026-06-01", True, 0, [], "2026-07-01"),
    ("s.36(1): up to the ceiling it is not", [(310_000, "2026-07-01", {})], 5_000, "2026-06-01", True, 0, [], None),
    ("s.36(2)(b): it counts to the end of the second year after",
     [(310_000, "2029-03-31", {})], 5_001, "2026-06-01", True, 0, [], "2029-03-31"),
    ("s.36(2)(b): and not on the day after", [(310_000, "2029-04-01", {})], 5_001, "2026-06-01", True, 0, [], None),
    ("s.36(7): the first of several days",
     [(310_000, "2027-07-01", {}), (1, "2026-07-01", {})], 5_001, "2026-06-01", True, 0, [], "2027-07-01"),
    ("s.38(1): a later one for services of public interest has its own ceiling",
     [(720_000, "2026-07-01", {"kind": "spei-assistance"})], 5_001, "2026-06-01", True, 0, [], "2026-07-01"),
]  # fmt: skip

"""Procurements worked out by hand from the texts: what is known of each, what follows, and where that stands.

Money is in pence, as on the wire. Each case names the regime that is open, all others being closed; where that is not
known, the regimes that may be open. Then, where they matter, routes (`+` open, `-` closed, `?` not known), the same for
a new mutual, and rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Facts = Mapping[str, Any]
Marks = Mapping[str, str]

OUTSIDE, GRANT, PSR, IN_HOUSE = (
    "no-contracting-authority", "grant-agreement", "provider-selection-regime", "in-house"
)  # fmt: skip
BELOW, ACT = "below-threshold", "procurement-act-2023"
PCR, CCR = "public-contracts-regulations-2015", "concession-contracts-regulations-2016"


@dataclass(frozen=True)
class Worked:
    because: str
    """The provision, and why the outcome follows."""
    facts: Facts
    opens: str | frozenset[str]
    routes: Marks = field(default_factory=dict)
    mutual: Marks = field(default_factory=dict)
    rules: Marks = field(default_factory=dict)


def unsettled(*regimes: str) -> frozenset[str]:
    return frozenset(regimes)


COUNCIL: Facts = {
    "buyer": "council", "instrument": "contract", "commencedOn": "2026-03-02", "extensionsPence": 0,
    "underPublicControl": False, "directAwardGrounds": ["none"],
}  # fmt: skip
LIBRARY: Facts = {**COUNCIL, "cpv": ["92511000-6"], "grossPence": 100_000_000}
CARE: Facts = {**COUNCIL, "cpv": ["85312100-0"], "grossPence": 100_000_000}
WASTE: Facts = {**COUNCIL, "cpv": ["90511000-2"]}
BOARD: Facts = {
    "buyer": "integrated-care-board", "instrument": "contract", "commencedOn": "2026-03-02", "cpv": ["85111000-0"],
    "existingProvider": False, "patientChoice": False, "mostSuitableIdentifiable": True, "urgent": False,
}  # fmt: skip
REPLACED: Facts = {
    **BOARD, "existingProvider": True, "onlyExistingCapable": False, "replacesExpiringContract": True,
    "existingProviderSatisfies": True, "differentInCharacter": False, "attributableToAuthority": True,
    "externalFactors": False, "formerLifetimePence": 200_000_000, "proposedLifetimePence": 249_999_999,
    "providerHoldsContract": True,
}  # fmt: skip
MUTUAL: Facts = {
    "deliversPublicServices": True, "mainlyReservableServices": True, "profitUse": "members-by-participation",
    "controlledBy": "employees", "termMonths": 36, "extensionMonths": 24, "noComparableContract": True,
}  # fmt: skip
RESERVED: Facts = {**LIBRARY, **MUTUAL}
RESERVED_2015: Facts = {**RESERVED, "commencedOn": "2025-02-21", "extensionMonths": 0}
EARLIER = {"noComparableContract": None}


def on(day: str, base: Facts = LIBRARY, **more: Any) -> Facts:
    return {**base, "commencedOn": day, **more}


WHICH_LAW = [
    Worked("s.2(1): a charity that buys is no contracting authority",
           {**LIBRARY, "buyer": "not-a-contracting-authority"},
           OUTSIDE),
    Worked("s.3(2): a grant agreement supplies nothing for pecuniary interest",
           {**CARE, "instrument": "grant-agreement"},
           GRANT, {"grant": "+"}, {"grant": "+"}),
    Worked("SI 2023/1348 reg 3(1): nor is a grant of a board under its regime",
           {**BOARD, "instrument": "grant-agreement"},
           GRANT),
    Worked("SI 2024/716 reg 5(3): a notice of 23 February 2025 keeps the former regulations", on("2025-02-23"), PCR,
           {"light-touch-procedure-2015": "+"}),
    Worked("SI 2024/716 reg 2(2): one of 24 February 2025 is under the Act", on("2025-02-24"), ACT,
           {"competitive-flexible-procedure": "+", "open-procedure": "+"}),
    Worked("SI 2024/716 reg 7: a concession of 23 February 2025 keeps SI 2016/273",
           on("2025-02-23", instrument="concession", grossPence=600_000_000), CCR, {"concession-procedure-2016": "+"}),
    Worked("s.3(4): a concession of 24 February 2025 is under the Act",
           on("2025-02-24", instrument="concession", grossPence=600_000_000), ACT, {}, {},
           {"concession-contract": "+"}),
    Worked("SI 2023/1348 reg 29(1): health care commenced on 31 December 2023 is under SI 2015/102",
           on("2023-12-31", BOARD, grossPence=100_000_000, extensionsPence=0, underPublicControl=False), PCR,
           {"reserved-to-qualifying-organisations-2015": "?"}, {}, {"outside-the-nhs-regulations-of-2013": "?"}),
    Worked("SI 2023/1348 reg 1(1): commenced on 1 January 2024 it is under the Provider Selection Regime",
           on("2024-01-01", BOARD), PSR),
    Worked("SI 2024/692 reg 43: health care commenced on 23 February 2025 stays under it",
           on("2025-02-23", BOARD), PSR),
    Worked("SI 2024/692 reg 43: and on 24 February 2025", on("2025-02-24", BOARD), PSR),
    Worked("the day is not known: the Act or the regulations before it", {**LIBRARY, "commencedOn": None},
           unsettled(ACT, PCR, BELOW)),
    Worked("the buyer is not known", {**LIBRARY, "buyer": None}, unsettled(OUTSIDE, ACT)),
    Worked("the instrument is not known: it may be a grant or a concession", {**LIBRARY, "instrument": None},
           unsettled(GRANT, ACT, BELOW)),
    Worked("SI 2024/692 Sch 1: waste is no light touch service; above £207,720 an ordinary contract",
           {**WASTE, "grossPence": 20_772_000}, ACT, {"reserved-to-mutuals": "-"}, {}, {"light-touch-services": "-"}),
]  # fmt: skip

THRESHOLDS = [
    Worked("Sch 1 row 8: £663,540 is not less than the amount", {**LIBRARY, "grossPence": 66_354_000}, ACT),
    Worked("Sch 1 row 8: a penny less is below", {**LIBRARY, "grossPence": 66_353_999}, BELOW,
           {"below-threshold-tender": "+", "below-threshold-without-tender": "+"}),
    Worked("Sch 1 row 8 was the same in 2025", on("2025-12-31", grossPence=66_354_000), ACT),
    Worked("Sch 1 row 8 was the same in 2025: a penny less", on("2025-12-31", grossPence=66_353_999), BELOW),
    Worked("SI 2025/163 row 12: £214,904 on 31 December 2025", on("2025-12-31", WASTE, grossPence=21_490_400), ACT),
    Worked("SI 2025/163 row 12: a penny less on 31 December 2025",
           on("2025-12-31", WASTE, grossPence=21_490_399), BELOW),
    Worked("SI 2025/1200 row 12: £207,720 on 1 January 2026", on("2026-01-01", WASTE, grossPence=20_772_000), ACT),
    Worked("SI 2025/1200 row 12: a penny less on 1 January 2026",
           on("2026-01-01", WASTE, grossPence=20_771_999), BELOW),
    Worked("SI 2025/163 row 11: an NHS trust is central (SI 2024/692 Sch 2): £139,688",
           on("2025-12-31", WASTE, buyer="nhs-trust", grossPence=13_968_800), ACT),
    Worked("SI 2025/163 row 11: a penny less",
           on("2025-12-31", WASTE, buyer="nhs-trust", grossPence=13_968_799), BELOW),
    Worked("SI 2025/1200 row 11: £135,018, also of a foundation trust",
           on("2026-01-01", WASTE, buyer="nhs-foundation-trust", grossPence=13_501_800), ACT),
    Worked("SI 2025/1200 row 11: a penny less",
           on("2026-01-01", WASTE, buyer="nhs-foundation-trust", grossPence=13_501_799), BELOW),
    Worked("SI 2024/692 Sch 2 names NHS England, by its former name",
           on("2026-01-01", WASTE, buyer="nhs-england", grossPence=13_501_800), ACT),
    Worked("SI 2024/692 Sch 2 does not name integrated care boards: £207,720 holds",
           on("2026-01-01", WASTE, buyer="integrated-care-board", grossPence=13_501_800), BELOW),
    Worked("another authority may be central or not: between the two amounts it is not known",
           on("2026-01-01", WASTE, buyer="other-contracting-authority", grossPence=15_000_000), unsettled(ACT, BELOW)),
    Worked("and above both it does not matter",
           on("2026-01-01", WASTE, buyer="other-contracting-authority", grossPence=20_772_000), ACT),
    Worked("SI 2025/163 row 9: a concession, £5,372,609 on 31 December 2025",
           on("2025-12-31", WASTE, instrument="concession", grossPence=537_260_900), ACT),
    Worked("SI 2025/163 row 9: a penny less",
           on("2025-12-31", WASTE, instrument="concession", grossPence=537_260_899), BELOW),
    Worked("SI 2025/1200 row 9: £5,193,000 on 1 January 2026",
           on("2026-01-01", WASTE, instrument="concession", grossPence=519_300_000), ACT),
    Worked("SI 2025/1200 row 9: a penny less; s.84(1)(b): and not regulated below it",
           on("2026-01-01", WASTE, instrument="concession", grossPence=519_299_999), BELOW, {}, {},
           {"notifiable-below-threshold-contract": "-"}),
    Worked("SI 2025/1200 row 7: a light touch concession keeps £5,372,609",
           on("2026-01-01", instrument="concession", grossPence=537_260_900), ACT),
    Worked("SI 2025/1200 row 7: a penny less",
           on("2026-01-01", instrument="concession", grossPence=537_260_899), BELOW),
    Worked("SI 2023/1117 reg 2(2)(c): £214,904 on 1 January 2024", on("2024-01-01", WASTE, grossPence=21_490_400), PCR,
           {"open-or-restricted-procedure-2015": "+", "light-touch-procedure-2015": "-"}),
    Worked("SI 2023/1117 reg 5: £213,477 still on 31 December 2023",
           on("2023-12-31", WASTE, grossPence=21_347_700), PCR),
    Worked("SI 2021/1221 reg 3(2)(c): a penny less", on("2023-12-31", WASTE, grossPence=21_347_699), BELOW),
    Worked("SI 2015/102 Sch 1 names NHS trusts: £139,688",
           on("2025-02-20", WASTE, buyer="nhs-trust", grossPence=13_968_800), PCR),
    Worked("and no foundation trusts: £214,904 holds",
           on("2025-02-20", WASTE, buyer="nhs-foundation-trust", grossPence=13_968_800), BELOW),
    Worked("reg 5(1)(d): £663,540 for social and specific services in 2024",
           on("2024-06-03", grossPence=66_354_000), PCR),
    Worked("reg 5(1)(d): a penny less", on("2024-06-03", grossPence=66_353_999), BELOW),
    Worked("the amounts before 2022 are not loaded", on("2021-12-31"), unsettled(PCR, BELOW)),
    Worked("Sch 3 para 1(2)(c): an extension counts in",
           {**LIBRARY, "grossPence": 40_000_000, "extensionsPence": 26_354_000},
           ACT),
    Worked("Sch 3 para 1(2)(c): a penny less",
           {**LIBRARY, "grossPence": 40_000_000, "extensionsPence": 26_353_999}, BELOW),
    Worked("extensions are not known, and may lift it over the amount",
           {**LIBRARY, "grossPence": 40_000_000, "extensionsPence": None}, unsettled(ACT, BELOW)),
    Worked("s.123(2): VAT counts in; net alone above the amount settles it",
           {**LIBRARY, "grossPence": None, "netPence": 66_354_000}, ACT),
    Worked("s.123(2): net alone a penny below it does not", {**LIBRARY, "grossPence": None, "netPence": 66_353_999},
           unsettled(ACT, BELOW)),
    Worked("s.87(4)(b): £30,000 is notifiable", {**WASTE, "grossPence": 3_000_000}, BELOW, {}, {},
           {"notifiable-below-threshold-contract": "+"}),
    Worked("s.87(4)(b): a penny less is not", {**WASTE, "grossPence": 2_999_999}, BELOW, {}, {},
           {"notifiable-below-threshold-contract": "-"}),
    Worked("s.87(4)(a): £12,000 of a central government authority",
           {**WASTE, "buyer": "nhs-trust", "grossPence": 1_200_000}, BELOW, {}, {},
           {"notifiable-below-threshold-contract": "+"}),
    Worked("works have amounts that are not loaded", {**COUNCIL, "cpv": ["45214200-2"], "grossPence": 600_000_000},
           unsettled(ACT, BELOW)),
]  # fmt: skip

HEALTH_CARE = [
    Worked("SI 2023/1348 Sch 1: hospital services of a board, whatever they are worth", BOARD, PSR,
           {"most-suitable-provider": "+", "competitive": "+", "direct-award-a": "-", "direct-award-b": "-",
            "direct-award-c": "-", "urgent-award": "-"},
           {"most-suitable-provider": "+", "competitive": "+", "direct-award-a": "-", "direct-award-c": "-"}),
    Worked("reg 3(1): a council that buys nursing care for the health service",
           {**CARE, "cpv": ["85144100-1"], "forHealthService": True}, PSR),
    Worked("reg 3(1): the same as social care is under the Act",
           {**CARE, "cpv": ["85144100-1"], "forHealthService": False}, ACT),
    Worked("reg 3(1): which of the two is not known", {**CARE, "cpv": ["85144100-1"]}, unsettled(PSR, ACT)),
    Worked("Sch 1: daycare is not listed, so no board buys it under the regime",
           {**BOARD, **CARE, "buyer": "integrated-care-board"}, ACT),
    Worked("s.12ZB(7): a fire authority is no relevant authority, also for ambulance services",
           {**CARE, "buyer": "fire-authority", "cpv": ["85143000-3"], "forHealthService": True}, ACT),
    Worked("s.12ZB(7): a combined authority is one",
           {**CARE, "buyer": "combined-authority", "cpv": ["85121270-6"], "forHealthService": True}, PSR),
    Worked("Sch 1: community health services, delivered to individuals",
           {**BOARD, "cpv": ["85323000-9"], "scheduleExtentMet": True}, PSR),
    Worked("Sch 1: the same that are not, such as a campaign",
           {**BOARD, **CARE, "buyer": "integrated-care-board", "cpv": ["85323000-9"], "scheduleExtentMet": False}, ACT),
    Worked("Sch 1: whether they are is not known",
           {**BOARD, **CARE, "buyer": "integrated-care-board", "cpv": ["85323000-9"]}, unsettled(PSR, ACT)),
    Worked("Sch 1: rehabilitation from substance misuse, bought by a council",
           {**CARE, "cpv": ["85312500-4"], "scheduleExtentMet": True, "forHealthService": True}, PSR),
    Worked("Sch 1: community pharmacy is left out",
           {**BOARD, **CARE, "buyer": "integrated-care-board", "cpv": ["85149000-5"], "scheduleExtentMet": False}, ACT),
    Worked("Sch 1 leaves out 85147000, company health services, below 85140000: a reading that is not settled",
           {**BOARD, **CARE, "buyer": "nhs-trust", "cpv": ["85147000-1"]}, unsettled(PSR, ACT)),
    Worked("85000000 is wider than what is listed", {**BOARD, **CARE, "buyer": "nhs-trust", "cpv": ["85000000-9"]},
           unsettled(PSR, ACT)),
]  # fmt: skip

MIXED: Facts = {**BOARD, **CARE, "buyer": "integrated-care-board", "cpv": ["85111000-0", "85312100-0"],
                "mainCpv": "85312100", "separable": False}  # fmt: skip
MIXES = [
    Worked("reg 3(4)(a): health care is worth a penny more",
           {**MIXED, "healthCarePence": 50_000_001, "otherPence": 50_000_000}, PSR),
    Worked("reg 3(4)(a): both are worth the same, neither is the higher",
           {**MIXED, "healthCarePence": 50_000_000, "otherPence": 50_000_000}, ACT),
    Worked("reg 3(4)(a): health care is worth a penny less",
           {**MIXED, "healthCarePence": 49_999_999, "otherPence": 50_000_000}, ACT),
    Worked("reg 3(3)(b): the rest could be bought apart",
           {**MIXED, "separable": True, "healthCarePence": 90_000_000, "otherPence": 10_000_000}, ACT),
    Worked("reg 3(3): what each part is worth is not known", MIXED, unsettled(PSR, ACT)),
    Worked("reg 3(2): a council that mixes school nursing and daycare, health care the higher",
           {**MIXED, "buyer": "council", "forHealthService": True, "healthCarePence": 2, "otherPence": 1}, PSR),
    Worked("s.9(1): the main code is not light touch; a library's café of waste collectors is an ordinary contract",
           {**COUNCIL, "cpv": ["92511000-6", "90511000-2"], "mainCpv": "90511000-2", "grossPence": 30_000_000}, ACT),
    Worked("s.9(1): the main code is", {**COUNCIL, "cpv": ["92511000-6", "90511000-2"], "mainCpv": "92511000-6",
                                        "grossPence": 30_000_000}, BELOW),
    Worked("s.9(1): which is the main one is not said, and it matters",
           {**COUNCIL, "cpv": ["92511000-6", "90511000-2"], "grossPence": 30_000_000}, unsettled(ACT, BELOW)),
]  # fmt: skip

SELECTION = [
    Worked("reg 6(5), (9): an expiring contract, no considerable change, the provider satisfies", REPLACED, PSR,
           {"direct-award-c": "+", "most-suitable-provider": "+", "competitive": "+"},
           {"direct-award-c": "-", "most-suitable-provider": "+"}, {"considerable-change": "-"}),
    Worked("reg 2(1): a new mutual is no existing provider", {**REPLACED, "providerHoldsContract": False,
                                                            "providerSucceeds": False}, PSR, {"direct-award-c": "-"}),
    Worked("reg 2(1): one that succeeds by merger is", {**REPLACED, "providerHoldsContract": False,
                                                      "providerSucceeds": True}, PSR, {"direct-award-c": "+"}),
    Worked("reg 2(1): whether it is is not known", {**REPLACED, "providerHoldsContract": None}, PSR,
           {"direct-award-c": "?"}),
    Worked("reg 6(10)(b): £500,000 and 25 per cent more, by the authority's decision",
           {**REPLACED, "proposedLifetimePence": 250_000_000}, PSR,
           {"direct-award-c": "-", "most-suitable-provider": "+"}, {}, {"considerable-change": "+"}),
    Worked("reg 6(10)(b)(iii): £500,000 more is less than 25 per cent of £2,000,000.04",
           {**REPLACED, "formerLifetimePence": 200_000_004, "proposedLifetimePence": 250_000_004}, PSR,
           {"direct-award-c": "+"}, {}, {"value-grows-considerably": "-"}),
    Worked("reg 6(10)(b)(ii): a doubling by a penny less than £500,000",
           {**REPLACED, "formerLifetimePence": 49_999_999, "proposedLifetimePence": 99_999_998}, PSR,
           {"direct-award-c": "+"}, {}, {"value-grows-considerably": "-"}),
    Worked("reg 6(10)(b)(i): growth that no decision of the authority caused",
           {**REPLACED, "proposedLifetimePence": 400_000_000, "attributableToAuthority": False}, PSR,
           {"direct-award-c": "+"}),
    Worked("reg 6(12): growth in response to volumes", {**REPLACED, "proposedLifetimePence": 400_000_000,
                                                       "externalFactors": True}, PSR, {"direct-award-c": "+"}),
    Worked("reg 6(10)(a): different in character", {**REPLACED, "differentInCharacter": True, "successionOnly": False},
           PSR, {"direct-award-c": "-"}, {}, {"considerable-change": "+"}),
    Worked("reg 6(11): different solely by a succession", {**REPLACED, "differentInCharacter": True,
                                                          "successionOnly": True}, PSR, {"direct-award-c": "+"}),
    Worked("reg 6(11)(b): a succession, and the value grows besides",
           {**REPLACED, "differentInCharacter": True, "successionOnly": True, "proposedLifetimePence": 400_000_000},
           PSR,
           {"direct-award-c": "-"}),
    Worked("reg 6(5)(d): the existing provider does not satisfy", {**REPLACED, "existingProviderSatisfies": False}, PSR,
           {"direct-award-c": "-"}),
    Worked("reg 6(3): only the existing provider can: A must be followed",
           {**REPLACED, "onlyExistingCapable": True}, PSR,
           {"direct-award-a": "+", "direct-award-c": "-", "most-suitable-provider": "-", "competitive": "-"},
           {"direct-award-a": "-", "most-suitable-provider": "-"}),
    Worked("reg 6(4): patients choose among all who qualify: B must be followed, also with a new mutual",
           {**BOARD, "patientChoice": True, "openToEveryProvider": True}, PSR,
           {"direct-award-b": "+", "most-suitable-provider": "-", "competitive": "-"}, {"direct-award-b": "+"}),
    Worked("reg 6(4)(b): the number of providers is restricted",
           {**BOARD, "patientChoice": True, "openToEveryProvider": False}, PSR,
           {"direct-award-b": "-", "most-suitable-provider": "+"}),
    Worked("reg 6(7): the most suitable provider cannot be identified",
           {**BOARD, "mostSuitableIdentifiable": False}, PSR,
           {"most-suitable-provider": "-", "competitive": "+"}),
    Worked("reg 6(8): a framework takes the Competitive Process alone", {**REPLACED, "instrument": "framework"}, PSR,
           {"competitive": "+", "most-suitable-provider": "-", "direct-award-c": "-", "direct-award-a": "-"}),
    Worked("reg 14(2): an urgent award", {**BOARD, "urgent": True}, PSR, {"urgent-award": "+"}, {"urgent-award": "+"}),
]  # fmt: skip

IN_OR_OUT = [
    Worked("Sch 2 para 2: a company of the council alone, working for it",
           {**LIBRARY, "underPublicControl": True, "mostlyForAuthority": True, "privateShares": False}, IN_HOUSE,
           {"in-house-arrangement": "+"}, {"in-house-arrangement": "-"}),
    Worked("Sch 2 para 2(3): an employee holds a share",
           {**LIBRARY, "underPublicControl": True, "mostlyForAuthority": True, "privateShares": True}, ACT),
    Worked("Sch 2 para 2(2)(c): 80 per cent and no more is done for the council",
           {**LIBRARY, "underPublicControl": True, "mostlyForAuthority": False, "privateShares": False}, ACT),
    Worked("Sch 2 para 2(2)(b): it has left public control", {**LIBRARY, "underPublicControl": False}, ACT),
    Worked("whether it stays under public control is not known", {**LIBRARY, "underPublicControl": None},
           unsettled(IN_HOUSE, ACT)),
    Worked("SI 2023/1348 knows no such exemption for health care",
           {**BOARD, "underPublicControl": True, "mostlyForAuthority": True, "privateShares": False}, PSR),
    Worked("SI 2015/102 reg 12(1): the same before the Act",
           on("2024-06-03", underPublicControl=True, mostlyForAuthority=True, privateShares=False), IN_HOUSE),
    Worked("s.41: no ground is given",
           LIBRARY, ACT, {"direct-award-justified": "-", "direct-award-to-protect-life": "-",
                                                     "direct-award-after-switching": "-"}),
    Worked("Sch 5 paras 15 to 17: user choice of light touch services",
           {**CARE, "directAwardGrounds": ["user-choice"]}, ACT, {"direct-award-justified": "+"},
           {"direct-award-justified": "+"}),
    Worked("Sch 5 para 16(a): there is no user choice of waste",
           {**WASTE, "grossPence": 30_000_000, "directAwardGrounds": ["user-choice"]}, ACT,
           {"direct-award-justified": "-"}),
    Worked("Sch 5 para 8: repeat services are of the existing supplier, which no new mutual is",
           {**LIBRARY, "directAwardGrounds": ["repeat"]}, ACT, {"direct-award-justified": "+"},
           {"direct-award-justified": "-"}),
    Worked("s.43: no suitable tender came", {**LIBRARY, "directAwardGrounds": ["no-suitable-tender"]}, ACT,
           {"direct-award-after-switching": "+", "direct-award-justified": "-"}),
    Worked("s.42: regulations to protect life", {**LIBRARY, "directAwardGrounds": ["protect-life"]}, ACT,
           {"direct-award-to-protect-life": "+"}),
    Worked("s.41: whether there is a ground is not known", {**LIBRARY, "directAwardGrounds": None}, ACT,
           {"direct-award-justified": "?"}),
    Worked("SI 2015/102 reg 32", on("2024-06-03", directAwardGrounds=["negotiated-without-publication-2015"]), PCR,
           {"negotiated-without-publication-2015": "+"}),
]  # fmt: skip

RESERVATION = [
    Worked("s.33: a library, 36 months and 24 more, by a mutual of its employees", RESERVED, ACT,
           {"reserved-to-mutuals": "+"}, {"reserved-to-mutuals": "+"}),
    Worked("s.33(1)(b): a month more", {**RESERVED, "extensionMonths": 25}, ACT, {"reserved-to-mutuals": "-"}),
    Worked("s.33(1)(b): what extensions it allows is not known", {**RESERVED, "extensionMonths": None}, ACT,
           {"reserved-to-mutuals": "?"}),
    Worked("s.33(1)(b): 61 months are too long whatever the extensions",
           {**RESERVED, "termMonths": 61, "extensionMonths": None}, ACT, {"reserved-to-mutuals": "-"}),
    Worked("Sch 1 Table 1: home help (98513310) is light touch and not R", {**RESERVED, "cpv": ["98513310-8"]}, ACT,
           {"reserved-to-mutuals": "-"}, {}, {"light-touch-services": "+"}),
    Worked("Sch 1 Table 1: nor are the services of a fire brigade", {**RESERVED, "cpv": ["75250000-3"]}, ACT,
           {"reserved-to-mutuals": "-"}),
    Worked("Sch 1 Table 1: youth education (80310000) is R", {**RESERVED, "cpv": ["80310000-0"]}, ACT,
           {"reserved-to-mutuals": "+"}),
    Worked("s.33(1)(a): a library with a café: the Act does not say mainly",
           {**RESERVED, "cpv": ["92511000-6", "55330000-2"], "mainCpv": "92511000"}, ACT, {"reserved-to-mutuals": "?"}),
    Worked("s.33(6)(c): employees who share control with users",
           {**RESERVED, "controlledBy": "employees-and-others"}, ACT, {"reserved-to-mutuals": "-"}),
    Worked("s.33(6)(c): a council's own company", {**RESERVED, "controlledBy": "public-authority"}, ACT,
           {"reserved-to-mutuals": "-"}),
    Worked("s.33(6)(b): shares pay members", {**RESERVED, "profitUse": "members-otherwise"}, ACT,
           {"reserved-to-mutuals": "+"}),
    Worked("s.33(6)(b): investors are paid too",
           {**RESERVED, "profitUse": "others"}, ACT, {"reserved-to-mutuals": "-"}),
    Worked("s.33(6)(a): mainly for waste", {**RESERVED, "mainlyReservableServices": False}, ACT,
           {"reserved-to-mutuals": "-"}),
    Worked("s.33(5): three years to the day: of 2 March 2023, for an award on 1 March 2026",
           {**RESERVED, **EARLIER, "comparableContractOn": "2023-03-02", "awardOn": "2026-03-01"}, ACT,
           {"reserved-to-mutuals": "-"}, {"reserved-to-mutuals": "+"}),
    Worked("s.33(5): of 1 March 2023 it lies before the period",
           {**RESERVED, **EARLIER, "comparableContractOn": "2023-03-01", "awardOn": "2026-03-01"}, ACT,
           {"reserved-to-mutuals": "+"}),
    Worked("s.33(5): of 29 February 2028, for an award on 28 February 2031",
           {**RESERVED, **EARLIER, "comparableContractOn": "2028-02-29", "awardOn": "2031-02-28"}, ACT,
           {"reserved-to-mutuals": "-"}),
    Worked("s.33(5): of 29 February 2028, for an award on 1 March 2031",
           {**RESERVED, **EARLIER, "comparableContractOn": "2028-02-29", "awardOn": "2031-03-01"}, ACT,
           {"reserved-to-mutuals": "+"}),
    Worked("s.33(5): an award on 29 February 2028: the period began on 1 March 2025",
           {**RESERVED, **EARLIER, "comparableContractOn": "2025-03-01", "awardOn": "2028-02-29"}, ACT,
           {"reserved-to-mutuals": "-"}),
    Worked("s.33(5): and 28 February 2025 lies before it",
           {**RESERVED, **EARLIER, "comparableContractOn": "2025-02-28", "awardOn": "2028-02-29"}, ACT,
           {"reserved-to-mutuals": "+"}),
    Worked("s.33(5): on the very day of the award",
           {**RESERVED, **EARLIER, "comparableContractOn": "2026-03-01", "awardOn": "2026-03-01"}, ACT,
           {"reserved-to-mutuals": "-"}),
    Worked("s.33(5): whether there was one is not known; a new body never had one", {**RESERVED, **EARLIER}, ACT,
           {"reserved-to-mutuals": "?"}, {"reserved-to-mutuals": "+"}),
    Worked("reg 77: a library, 36 months, by a mutual of its employees", RESERVED_2015, PCR,
           {"reserved-to-qualifying-organisations-2015": "+"}, {"reserved-to-qualifying-organisations-2015": "+"}),
    Worked("reg 77(4): a month of extension is too long", {**RESERVED_2015, "extensionMonths": 1}, PCR,
           {"reserved-to-qualifying-organisations-2015": "-"}),
    Worked("reg 77(3)(c): employees with others suffice",
           {**RESERVED_2015, "controlledBy": "employees-and-others"}, PCR,
           {"reserved-to-qualifying-organisations-2015": "+"}),
    Worked("reg 77(3)(b): members paid by their shares do not",
           {**RESERVED_2015, "profitUse": "members-otherwise"}, PCR,
           {"reserved-to-qualifying-organisations-2015": "-"}),
    Worked("reg 77(2): exclusively: a café besides closes it",
           {**RESERVED_2015, "cpv": ["92511000-6", "55330000-2"], "mainCpv": "92511000"}, PCR,
           {"reserved-to-qualifying-organisations-2015": "-"}),
    Worked("reg 77(2): from 85000000-9 to 85323000-9 holds daycare between",
           {**RESERVED_2015, "cpv": ["85312100-0"]}, PCR,
           {"reserved-to-qualifying-organisations-2015": "+"}),
    Worked("reg 77(3)(d): awarded on 21 February 2022, again on 21 February 2025",
           {**RESERVED_2015, **EARLIER, "comparableContractOn": "2022-02-21", "awardOn": "2025-02-21"}, PCR,
           {"reserved-to-qualifying-organisations-2015": "+"}),
    Worked("reg 77(3)(d): a day later it lies within the three years",
           {**RESERVED_2015, **EARLIER, "comparableContractOn": "2022-02-22", "awardOn": "2025-02-21"}, PCR,
           {"reserved-to-qualifying-organisations-2015": "-"}),
]  # fmt: skip

EVERY = (*WHICH_LAW, *THRESHOLDS, *HEALTH_CARE, *MIXES, *SELECTION, *IN_OR_OUT, *RESERVATION)

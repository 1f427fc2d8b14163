"""A verdict in words, by the names of a shortlist's line."""

from typing import Any

from rtp_finance_directory.eligibility.rules.rule_set import FoundByRule, ProductVerdict


def describe_verdict(verdict: ProductVerdict) -> dict[str, Any]:
    """Return a verdict with what is said of its product."""
    terms = verdict.terms
    return {
        "product_id": terms.id,
        "product_version": terms.version,
        "provider": terms.provider,
        "product_name": terms.name,
        "verified_on": terms.verified_on,
        "verdict": verdict.answer,
        "first_failing": verdict.first_failing,
        "why": verdict.why,
        "rules": [_describe_found(verdict, each) for each in verdict.found],
    }


def _describe_found(verdict: ProductVerdict, found: FoundByRule) -> dict[str, Any]:
    asked = found.requirement
    return {
        "rule": found.rule,
        "requirement": asked and asked.code,
        "outcome": found.finding.outcome,
        "reason": verdict.word(found),
        "ask": found.finding.ask,
        "needs": found.finding.needs,
        "source": asked.source if asked else verdict.terms.rule_sources.get(found.rule),
    }

"""Value for money over HTTP."""

import asyncio

from rtp_applications.auth import Anyone
from rtp_applications.value.rules.appraisal import appraise
from rtp_applications.value.rules.discounting import RATES, SOURCE
from rtp_applications.value.rules.question import AppraisalQuestion
from rtp_applications.value.schemas import AppraisalView, AppraisedOptionView, DiscountBandView, TippingView
from rtp_shared.web import create_router

appraisals = create_router(prefix="/v1/appraisals", tags=["Value for money"])


@appraisals.post("")
async def work_out_appraisal(_: Anyone, question: AppraisalQuestion) -> AppraisalView:
    """Work out an options appraisal: net present value by the Green Book, the body's budget, scores, and what would
    change the answer.

    A dry run that keeps nothing. Costs and benefits are amounts by year; year 0 is the base year and not discounted.
    Two cases come out of the same figures: what an option is worth to society (real prices, discounted, without VAT
    and transfers), and what it does to the body's own budget (prices of each year, with both). Every figure of the
    answer follows from those sent: a total is the sum of the parts shown.
    """
    appraisal = await asyncio.to_thread(appraise, question)
    return AppraisalView(
        options=[AppraisedOptionView.model_validate(each) for each in appraisal.options],
        by_value=list(appraisal.by_value),
        by_score=list(appraisal.by_score),
        tipping=[TippingView.model_validate(each) for each in appraisal.tipping],
        unsourced=list(appraisal.unsourced),
        remarks=list(appraisal.remarks),
        rates=[
            DiscountBandView(rate=name, through_year=band.through, percent=float(band.percent), believed=band.believed)
            for name, bands in RATES.items()
            for band in bands
        ],
        source=SOURCE,
    )

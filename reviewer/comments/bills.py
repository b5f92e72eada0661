"""Keeps the cost of every run in the comment, also of runs that publish no review."""

from dataclasses import replace

from reviewer.comments.upsert import OwnComment
from reviewer.memory import state, state_line
from reviewer.review.result import Review
from reviewer.review.spending import Bill, Ledger


def add(bill: Bill, own: OwnComment, text: str) -> str:
    """Return the text of our comment with the bill of a run in its state.

    A state that is not believed stays, so that its text is never signed.
    """
    known, charged = own.state, own.state.ledger.charge(bill)
    if not own.seal.key or own.doubt or charged == known.ledger:
        return text
    known = replace(known.with_ledger(charged), moment=known.moment + 1)
    return state_line.put_into(text, known, own.seal)


def add_others(own: OwnComment, review: Review, body: str) -> str:
    """Return the text of a review with what other runs have cost since its run read the comment."""
    ledger = review.ledger or Ledger()
    merged = ledger.merge((own.state.ledger,))
    if not own.seal.key or merged == ledger:
        return body
    known = state.from_review(replace(review, ledger=merged))
    return state_line.put_into(body, replace(known, shown=state_line.hash_text(body)), own.seal)

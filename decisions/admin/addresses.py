"""Addresses of the admin's pages that other pages lead to."""

from django.urls import reverse


def traces_address(
    offer_id: str,
    stage: str | None = None,
    cause_id: str | None = None,
    days: int | None = None,
) -> str:
    """The list of the decision traces in which the offer had this fate; ids of the outside world.

    `stage` is that of a reason of why_not_ranked, or "selected". `cause_id` names what decided
    it: the rule that failed, the policy that blocked, the offer that won. Without them the list
    has every trace with the offer. `days` are as in a window, and without them it has no limit.
    """
    query = {"offer": offer_id, "stage": stage, "cause": cause_id, "period": days}
    return reverse(
        "admin:decisions_decisiontrace_changelist",
        query={name: str(value) for name, value in query.items() if value is not None},
    )

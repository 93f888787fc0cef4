from changle.services.commons.models.aftermath import Damage, FeedToken, NoShow, Suspension
from changle.services.commons.models.bookings import (
    BookedSpace,
    Booking,
    Claim,
    Closure,
    Series,
)
from changle.services.commons.models.hours import OpenDay, Opening, OpeningException, SafetyCheck
from changle.services.commons.models.loans import Loan, LoanDamage, LoanLine, LoanRule
from changle.services.commons.models.places import Centre, Feature, Policy, Pool, Space, Zone
from changle.services.commons.models.things import BookedThing, Thing


__all__ = [
    "BookedSpace",
    "BookedThing",
    "Booking",
    "Centre",
    "Claim",
    "Closure",
    "Damage",
    "Feature",
    "FeedToken",
    "Loan",
    "LoanDamage",
    "LoanLine",
    "LoanRule",
    "NoShow",
    "OpenDay",
    "Opening",
    "OpeningException",
    "Policy",
    "Pool",
    "SafetyCheck",
    "Series",
    "Space",
    "Suspension",
    "Thing",
    "Zone",
]

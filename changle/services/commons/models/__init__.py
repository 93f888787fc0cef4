from changle.services.commons.models.aftermath import Damage, FeedToken, NoShow, Suspension
from changle.services.commons.models.bookings import (
    BookedSpace,
    Booking,
    Claim,
    Closure,
    Series,
)
from changle.services.commons.models.hours import OpenDay, Opening, OpeningException, SafetyCheck
from changle.services.commons.models.places import Centre, Feature, Policy, Pool, Space, Zone


__all__ = [
    "BookedSpace",
    "Booking",
    "Centre",
    "Claim",
    "Closure",
    "Damage",
    "Feature",
    "FeedToken",
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
    "Zone",
]

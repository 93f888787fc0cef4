from changle.services.exchange.models.donations import (
    Disclosure,
    Distribution,
    Donation,
    DonationItem,
    Emergency,
    ReceiptBook,
)
from changle.services.exchange.models.offers import Offer, OfferTime, Request, ResourceKind
from changle.services.exchange.models.partners import Partner
from changle.services.exchange.models.uses import Use


__all__ = [
    "Disclosure",
    "Distribution",
    "Donation",
    "DonationItem",
    "Emergency",
    "Offer",
    "OfferTime",
    "Partner",
    "ReceiptBook",
    "Request",
    "ResourceKind",
    "Use",
]

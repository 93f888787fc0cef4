"""Every deed on the custody of money."""

from changle.ground.custody.actions.keeping import (
    CustodyRefused,
    Terms,
    change,
    end,
    end_for_conversion,
    renew,
    take,
)


__all__ = ["CustodyRefused", "Terms", "change", "end", "end_for_conversion", "renew", "take"]

from changle.services.activities.lifecycle.activity import ACTIVITY, COHOST
from changle.services.activities.lifecycle.session import SESSION, SIGN_UP


__all__ = ["ACTIVITY", "COHOST", "SESSION", "SIGN_UP"]

class Refused(Exception):
    """What was asked may not be done now; the message is a Chinese sentence for the person who asked."""

"""What others see of personal data: enough to recognise, too little to use."""


def mask_phone(text: str) -> str:
    """138****5678, 029-****4567."""
    if "-" in text:
        area, number = text.split("-")[:2]
        return f"{area}-****{number[-4:]}" if len(number) > 6 else "****"  # noqa: PLR2004
    return f"{text[:3]}****{text[-4:]}" if len(text) >= 10 else stars(text)  # noqa: PLR2004


def mask_id(text: str) -> str:
    """610***********0012: neither the county nor the birthday."""
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}" if len(text) > 10 else stars(text)  # noqa: PLR2004


def mask_name(text: str) -> str:
    """张**: the family name alone."""
    return text[:1] + "*" * min(len(text) - 1, 2) if text else ""


def stars(text: str) -> str:
    return "****" if text else ""

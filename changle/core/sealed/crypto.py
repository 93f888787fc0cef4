"""One interface over two families of ciphers, so that a record tells by which it was sealed.

Profiles: `intl` (AES-256-GCM, SHA-256) and `gm` (SM4-GCM, GB/T 32907 and 36624; SM3, GB/T 32905).
A record reads `intl.3.<base64 of nonce, tag and ciphertext>`: profile, version of the key, content.
"""

import base64
import binascii
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32
FINGERPRINT = 8  # hexadecimal digits before each blind index, which name the key


class SealBroken(Exception):
    """A record that no key opens; says which, never what may be inside."""


@dataclass(frozen=True)
class Profile:
    """A family of algorithms."""

    name: str
    label: str
    cipher: Callable[[bytes], CipherAlgorithm]
    key_bytes: int
    hash: Callable[[], hashes.HashAlgorithm]


PROFILES = {
    "intl": Profile("intl", "AES-256-GCM / SHA-256", algorithms.AES, 32, hashes.SHA256),
    "gm": Profile("gm", "SM4-GCM / SM3", algorithms.SM4, 16, hashes.SM3),
}


def current_profile() -> Profile:
    name = getattr(settings, "CHANGLE_CRYPTO", "intl")
    if name not in PROFILES:
        raise ImproperlyConfigured(f"CHANGLE_CRYPTO: {name!r} is neither intl nor gm")
    return PROFILES[name]


def key_ring() -> dict[int, bytes]:
    """Version -> key. An old version stays as long as a record or a backup names it."""
    ring: dict[int, bytes] = settings.CHANGLE_SEAL_KEYS
    if not ring or any(len(key) != KEY_BYTES for key in ring.values()):
        raise ImproperlyConfigured("CHANGLE_SEAL_KEYS: one key of 32 bytes at least")
    return ring


def index_root() -> bytes:
    """The key of the blind indexes: its own, or the oldest, so that a new key leaves them valid."""
    own: bytes | None = getattr(settings, "CHANGLE_INDEX_KEY", None)
    ring = key_ring()
    return own or ring[min(ring)]


@lru_cache(maxsize=512)
def derived(root: bytes, profile_name: str, purpose: str, length: int) -> bytes:
    """A key of its own for each field and purpose (HKDF, RFC 5869)."""
    profile = PROFILES[profile_name]
    info = f"changle {profile.name} {purpose}".encode()
    return HKDF(algorithm=profile.hash(), length=length, salt=None, info=info).derive(root)


def current_header() -> str:
    """How a record sealed now begins."""
    return f"{current_profile().name}.{max(key_ring())}."


def seal(plaintext: str, label: str) -> str:
    """Seal a text for the field named by `label`; a record moved to another field stays shut."""
    profile, header = current_profile(), current_header()
    ring = key_ring()
    key = derived(ring[max(ring)], profile.name, f"seal {label}", profile.key_bytes)
    nonce = os.urandom(NONCE_BYTES)
    encryptor = Cipher(profile.cipher(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(f"{header}{label}".encode())
    content = encryptor.update(plaintext.encode()) + encryptor.finalize()
    return header + base64.b64encode(nonce + encryptor.tag + content).decode()


def unseal(record: str, label: str) -> str:
    """The text of a record; SealBroken where its key is missing or wrong or it was changed."""
    profile, version, content = taken_apart(record, label)
    root = key_ring().get(version)
    if root is None:
        raise SealBroken(f"{label}：密钥环中没有第 {version} 版密钥，密封内容打不开。")
    key = derived(root, profile.name, f"seal {label}", profile.key_bytes)
    nonce, tag = content[:NONCE_BYTES], content[NONCE_BYTES : NONCE_BYTES + TAG_BYTES]
    decryptor = Cipher(profile.cipher(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(f"{profile.name}.{version}.{label}".encode())
    try:
        plaintext = decryptor.update(content[NONCE_BYTES + TAG_BYTES :]) + decryptor.finalize()
    except InvalidTag:
        raise SealBroken(
            f"{label}：第 {version} 版密钥打不开密封内容，密钥不对或内容被改动。"
        ) from None
    return plaintext.decode()


def taken_apart(record: str, label: str) -> tuple[Profile, int, bytes]:
    name, _, rest = record.partition(".")
    version, _, encoded = rest.partition(".")
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    known = name in PROFILES and version.isascii() and version.isdigit()
    if not known or len(content) < NONCE_BYTES + TAG_BYTES:
        raise SealBroken(f"{label}：不是密封记录，内容可能被截断或改动。")
    return PROFILES[name], int(version), content


def keyed_digest(value: str, label: str) -> str:
    """HMAC of a value under the index key, after the key's fingerprint: 72 characters."""
    profile, root = current_profile(), index_root()
    mac = hmac.HMAC(derived(root, profile.name, f"index {label}", KEY_BYTES), profile.hash())
    mac.update(value.encode())
    return fingerprint(label) + mac.finalize().hex()


def fingerprint(label: str) -> str:
    """Names the profile and key of an index without telling anything of the key."""
    profile, root = current_profile(), index_root()
    return derived(root, profile.name, f"fingerprint {label}", FINGERPRINT // 2).hex()


def digest(content: bytes) -> str:
    """The plain hash of the current profile, hexadecimal."""
    hasher = hashes.Hash(current_profile().hash())
    hasher.update(content)
    return hasher.finalize().hex()

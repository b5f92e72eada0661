"""Signs what a run leaves on the pull request, so that a later run believes its own words only."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field, replace

from reviewer.text import digest

_LABEL = b"code-review-action memory v1"
_TAG_BYTES = 32
SHORTEST_KEY = 8
"""Characters; servers without keys take any short word as `api-key`, which everybody can guess."""
# What the documentation of servers that need no key asks people to write.
_PLACEHOLDERS = frozenset({"sk-no-key-required", "no-key-required", "not-needed", "lm-studio"})


@dataclass(frozen=True, slots=True)
class Seal:
    """The right to sign for one reviewer `name` on one pull request of one repository.

    Every workflow of a repository comments as the same bot, so a comment by that bot proves
    nothing. Only runs with the same secret can make and check a tag. With an empty `key`, nothing
    is signed, and `verify` is never true.
    """

    key: bytes = field(default=b"", repr=False)
    repository: str = ""
    number: int = 0
    name: str = "default"

    @classmethod
    def of(cls, secret: str, repository: str, number: int, name: str) -> "Seal":
        """Return the seal whose key is derived from `secret`; an empty one gives no key."""
        key = _derive(secret.encode("utf-8", "surrogatepass")) if secret else b""
        return cls(key, repository.casefold(), number, name)

    def on(self, number: int) -> "Seal":
        """Return the seal for another pull request of the repository."""
        return replace(self, number=number)

    def sign(self, purpose: str, text: str) -> str:
        """Return the tag of a text: 43 characters of A-Z, a-z, 0-9, hyphen and underscore.

        It is "" without a key. A tag made for one purpose does not fit another.
        """
        if not self.key:
            return ""
        signed = digest.encode(purpose, self.repository, self.number, self.name, text)
        tag = hmac.digest(self.key, signed, hashlib.sha256)
        return base64.urlsafe_b64encode(tag).decode().rstrip("=")

    def identify(self, text: str) -> str:
        """Return 32 hexadecimal digits for a text, "" without a key.

        As only the key's owner can compute them, nobody can search for two texts with the same;
        they are half as long as a hash with that property, so more of them fit into a comment.
        """
        signed = digest.encode("identity", text)
        return hmac.digest(self.key, signed, hashlib.sha256).hex()[:32] if self.key else ""

    def mark(self, text: str, characters: int) -> str:
        """Return a shorter identity of a text, "" without a key.

        Each of its characters (A-Z, a-z, 0-9, hyphen, underscore) has 6 bits. Nobody without the
        key can compute it: whoever looks for two texts with the same has to push each of them.
        """
        signed = digest.encode("mark", text)
        made = hmac.digest(self.key, signed, hashlib.sha256) if self.key else b""
        return base64.urlsafe_b64encode(made).decode()[:characters]

    def verify(self, purpose: str, text: str, tag: str) -> bool:
        """Return True if this seal's key made the tag, for this purpose and text."""
        made = self.sign(purpose, text)
        return bool(made) and hmac.compare_digest(made.encode(), tag.encode("utf-8", "replace"))


UNSEALED = Seal()
"""Signs nothing and believes nothing."""


def choose_secret(memory_key: str, api_key: str) -> str:
    """Return the secret to derive a key from, "" if there is none.

    An api-key that anybody could guess is none.
    """
    if memory_key:
        return memory_key
    guessable = len(api_key) < SHORTEST_KEY or api_key.casefold() in _PLACEHOLDERS
    return "" if guessable else api_key


def _derive(secret: bytes) -> bytes:
    """Derive a key of 32 bytes by HKDF-SHA256 (RFC 5869), without salt and with a fixed label."""
    extracted = hmac.digest(bytes(_TAG_BYTES), secret, hashlib.sha256)
    return hmac.digest(extracted, _LABEL + b"\x01", hashlib.sha256)

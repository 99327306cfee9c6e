"""Who owns what was made: a session's id, its owner's process and user, written on everything as labels.

The labels are Docker labels in one backend and environment variables in the other, and a file in each temporary
folder; the watchdog and the next run's sweep go by them and by nothing else. Anybody can write such labels, into the
environment of his own process for one: what is not exactly as it is written here is nobody's, and left alone.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from harness.backends.identity import Identity

LABEL_SESSION = "harness.session"
LABEL_OWNER = "harness.owner"
LABEL_USER = "harness.user"
LABEL_NODE = "harness.node"
#: A session id becomes part of paths.
_ID = re.compile(r"[0-9a-f]{8}")
_USER = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True)
class Session:
    """One run of the harness: everything it makes carries these three facts.

    Attributes:
        id: of the run.
        owner: the process that made all of it.
        user: whose process that is.
    """

    id: str
    owner: Identity
    user: int

    @classmethod
    def of_this_process(cls) -> Session:
        """A new session owned by the calling process."""
        return cls(secrets.token_hex(4), Identity.of_this_process(), os.getuid())

    @classmethod
    def from_labels(cls, labels: Mapping[str, str]) -> Session | None:
        """The session that labels name, or None if they are not ours."""
        id_, owner, user = (labels.get(label, "") for label in (LABEL_SESSION, LABEL_OWNER, LABEL_USER))
        identity = Identity.parse(owner)
        if identity is None or not _ID.fullmatch(id_) or not _USER.fullmatch(user):
            return None
        return cls(id_, identity, int(user))

    def labels(self) -> dict[str, str]:
        """The labels to write on everything that this session makes."""
        return {LABEL_SESSION: self.id, LABEL_OWNER: str(self.owner), LABEL_USER: str(self.user)}

    def is_of_here(self) -> bool:
        """Whether this process can tell if the owner lives: another user's may be hidden, another machine's are."""
        return self.user == os.getuid() and self.owner.is_of_here()

    def is_over(self) -> bool:
        """Whether the session's owner has certainly ended."""
        return self.is_of_here() and self.owner.is_gone()


def variables(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels as environment variables: "harness.owner" becomes "HARNESS_OWNER"."""
    return {key.upper().replace(".", "_"): value for key, value in labels.items()}

"""A new map for a workload: its name, by which members know what it is to be, and its settings, which are recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.guarantees import Settings
from harness.readback import ask
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.hazelcast.spec import BACKUPS, EXPIRING, LASTING, SPLITS
from harness.servers.hazelcast.workloads.noting import MEMBER, note
from harness.system import System

#: What else a member says that a loss is worked out from.
_COUNT, _GROUPS = "hazelcast.members", "hazelcast.partition-groups"


class NewMap:
    """A map that nobody has used yet.

    Attributes:
        name: of the map.
    """

    def __init__(
        self, system: System, what: str, *, backups: str = "1", split: str = "kept", expires_s: int = 0
    ) -> None:
        """Names it.

        Args:
            system: where it is.
            what: what it holds; a part of its name.
            backups: how many it has ("0", "0 + 1 async", "1", "1 + 1 async", "2").
            split: what becomes of what the smaller side of a split is given ("kept", "discarded", "refused"); if
                anything but the first, of a map with one backup, or with two if it is the last.
            expires_s: after how many seconds its entries are gone (1, 600), 0 if never; of a map with one backup.
        """
        self._system, self._view = system, system.clusters[Hazelcast]
        self.name = f"{EXPIRING[expires_s]}{SPLITS[split]}{BACKUPS[backups]}{system.new_name(what)}"
        sync, _, later = backups.partition(" + ")
        self._settings = {
            "backup-count": sync,
            "async-backup-count": later.removesuffix(" async") or "0",
            "split-brain-protection-ref": "majority" if split == "refused" else "",
            "merge-policy": f"{'Discard' if split == 'discarded' else 'PutIfAbsent'}MergePolicy",
            **LASTING,
            **({"time-to-live-seconds": str(expires_s)} if expires_s else {}),
        }

    def note_settings(self, of_clients: Settings, clients: Mapping[str, Callable[[], Settings]]) -> None:
        """Records the settings that it was to have, and what a member says of it and of the cluster.

        Args:
            of_clients: those that clients were to have.
            clients: by what each is called, asks one for them.
        """
        declared = {
            **self._view.declared,
            **{f"hazelcast.map.{name}": value for name, value in self._settings.items()},
            **of_clients,
            _COUNT: str(len(self._view.nodes)),
        }
        answers = ask({MEMBER: self._effective, **clients})
        # Nobody declares the groups to a workload: what the share of a loss follows from is what they are.
        groups = answers.settings.get(MEMBER, {}).get(_GROUPS, "")
        note(self._system, {**declared, _GROUPS: groups}, answers)

    def _effective(self) -> Settings:
        """What a member says of the map, and of the cluster.

        Raises:
            InconclusiveError: none does.
        """
        groups = self._view.partition_groups()
        return {
            **self._view.settings_of(maps=[self.name]),
            _COUNT: str(len(self._view.nodes)),
            _GROUPS: "|".join(" ".join(group) for group in groups),
        }

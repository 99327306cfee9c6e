"""`python -m bench.agreement [FOLDER ...]` compares our judgements with those of others, on the same histories.

1. Ours to theirs: register histories from seeds, ones that threads recorded, and those in the folders (recorded
   histories; tests/histories without one) are exported, and porcupine judges what harness.checkers.register judges.
2. Theirs to ours: the histories of etcd that Jepsen recorded and porcupine's tests judge, as porcupine's Go module
   brings them. Our checker has to say what is published, and porcupine to say the same of our export of them.
3. All of them as Jepsen's EDN: read again by a reader that is not ours, a history is the same event for event, and so
   are the verdicts on everything that it demands.

Porcupine gets the time and memory of bench.checkers for each history; what that is not enough for is undecided. Ends
with 1 if anything disagrees, and then keeps those histories.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import jepsen, registers
from bench.checkers import PORCUPINE, built, porcupine
from harness import checks
from harness.checkers import Validity, Verdict, register
from harness.errors import EXIT_BAD_INPUT, BadInputError, HarnessError
from harness.events import Events, operations
from harness.export import jepsen as exported
from harness.reading import read

_OURS = Path(__file__).parents[1] / "tests" / "histories"
_GENERATED, _RECORDED = 240, 60
_PUBLISHED = re.compile(r"checkJepsen\(t, (\d+), (true|false)\)")
_DECIDED = {"Ok": Validity.VALID, "Illegal": Validity.INVALID}


@dataclass(frozen=True)
class Given:
    """A history to compare judgements on, and what others have published of it, if they have."""

    name: str
    events: Events
    published: Validity | None = None


@dataclass
class Tally:
    """What came of one comparison over several histories; those on which the judgements differ are in `differing`."""

    histories: str
    judges: str
    agreed: Counter[Validity] = field(default_factory=Counter)
    undecided: int = 0
    differing: list[tuple[Given, str]] = field(default_factory=list)

    def take(self, given: Given, ours: Verdict, theirs: Validity | None, words: str) -> None:
        """Counts one history; `theirs` is None if they have not decided. Others than ours never call one unknown."""
        if ours.validity is theirs:
            self.agreed[theirs] += 1
        elif theirs is None or ours.validity is Validity.UNKNOWN:
            self.undecided += 1
        else:
            self.differing.append((given, f"ours says {ours.validity}, {words}"))


def against_porcupine(histories: str, given: Sequence[Given], binary: Path, folder: Path) -> Tally:
    """Compares our checker of registers with porcupine on our exports."""
    tally = Tally(histories, "ours, porcupine")
    for each in given:
        result, _ = porcupine(binary, each.events, folder)
        tally.take(each, register.check(each.events), _DECIDED.get(result), f"porcupine {result}")
    return tally


def against_published(histories: str, given: Sequence[Given]) -> Tally:
    """Compares our checker of registers with what is published."""
    tally = Tally(histories, "ours, published")
    for each in given:
        tally.take(each, register.check(each.events), each.published, f"published is {each.published}")
    return tally


def through_edn(histories: str, given: Sequence[Given], judge: Callable[[Events], Verdict]) -> Tally:
    """Compares our verdict on a history with that on the same history out of its EDN, read by a reader not ours."""
    tally = Tally(histories, "ours, ours after EDN")
    for each in given:
        again = jepsen.from_edn("\n".join(exported.lines(each.events)))
        before, after = judge(each.events), judge(again)
        if not jepsen.is_same(each.events, again):
            tally.differing.append((each, "the events are others after EDN"))
        elif after != before:
            tally.differing.append((each, f"ours says {before.validity}, and {after.validity} after EDN"))
        else:
            tally.take(each, before, after.validity, "")
    return tally


def demanded(events: Events) -> Verdict:
    """The verdict on all that a history demands."""
    return checks.evaluate(events).outcome


def generated(count: int) -> list[Given]:
    """Register histories from the seeds 0, 1, ..."""
    return [Given(f"seed {seed}", registers.generated(seed)) for seed in range(count)]


def recorded(count: int, folder: Path) -> Iterator[Given]:
    """Register histories that threads record now, in files of that folder."""
    for seed in range(count):
        path = folder / f"threads-{seed}.jsonl"
        registers.recorded(seed, path)
        yield Given(path.name, read(path))


def in_folders(folders: Sequence[Path]) -> Iterator[Given]:
    """The recorded histories in these folders.

    Raises:
        BadInputError: a folder has none.
        HistoryError: a file is no history.
    """
    for folder in folders:
        paths = sorted(folder.glob("*.jsonl*"))
        if not paths:
            raise BadInputError(f"{folder} is no folder with recorded histories (*.jsonl), such as a run leaves")
        yield from (Given(str(path), read(path)) for path in paths)


def of_etcd() -> Iterator[Given]:
    """The histories of etcd that Jepsen recorded, with the verdicts of porcupine's tests."""
    found = subprocess.run(
        ["go", "list", "-m", "-f", "{{.Dir}}", "github.com/anishathalye/porcupine"],
        cwd=PORCUPINE,
        check=True,
        capture_output=True,
        text=True,
    )
    module = Path(found.stdout.strip())
    for number, is_right in _PUBLISHED.findall(module.joinpath("porcupine_test.go").read_text()):
        log = module / "test_data" / "jepsen" / f"etcd_{int(number):03}.log"
        validity = Validity.VALID if is_right == "true" else Validity.INVALID
        yield Given(log.name, jepsen.from_log(log.read_text().splitlines()), validity)


def _of_registers(given: Sequence[Given]) -> list[Given]:
    """Those histories whose reads are of registers: a set has reads too, without a key."""
    return [each for each in given if any(o.f in ("write", "cas") for o in operations(each.events))]


def compared(folders: Sequence[Path], folder: Path) -> Iterator[Tally]:
    """All comparisons, one after the other; files go to `folder`.

    Raises:
        HarnessError: Go is not installed, or a folder has no histories, or something else.
    """
    ours = list(in_folders(folders))
    binary = built(folder)
    made, threads = generated(_GENERATED), list(recorded(_RECORDED, folder))
    etcd = list(of_etcd())
    names = ", ".join(path.name for path in folders)
    yield against_porcupine("generated", made, binary, folder)
    yield against_porcupine("recorded by threads", threads, binary, folder)
    yield against_porcupine(f"{names}, with registers", _of_registers(ours), binary, folder)
    yield against_porcupine("etcd, recorded by Jepsen", etcd, binary, folder)
    yield against_published("etcd, recorded by Jepsen", etcd)
    yield through_edn("generated", made, register.check)
    yield through_edn("recorded by threads", threads, register.check)
    yield through_edn(names, ours, demanded)
    yield through_edn("etcd, recorded by Jepsen", etcd, register.check)


def table(tallies: Sequence[Tally]) -> Table:
    """The table of all comparisons."""
    found = Table("histories", "judges", *Validity, "undecided", "disagree", title="how often both judges said what")
    for tally in tallies:
        counts = (*(tally.agreed[validity] for validity in Validity), tally.undecided, len(tally.differing))
        found.add_row(tally.histories, tally.judges, *map(str, counts))
    return found


def keep_differing(tallies: Sequence[Tally]) -> Path:
    """Writes the histories on which judges differ to a folder that stays, and says there how they differ."""
    kept = Path(tempfile.mkdtemp(prefix="disagreements-"))
    words: list[str] = []
    for number, (given, how) in enumerate(each for tally in tallies for each in tally.differing):
        kept.joinpath(f"{number}.edn").write_text("".join(f"{line}\n" for line in exported.lines(given.events)))
        words.append(f"{number}.edn: {given.name}: {how}\n")
    kept.joinpath("README").write_text("".join(words))
    return kept


def main() -> None:
    """Compares, prints the table, and exits with 1 if anything disagrees."""
    parser = argparse.ArgumentParser(prog="python -m bench.agreement", description=__doc__.splitlines()[0])
    parser.add_argument("folders", metavar="FOLDER", type=Path, nargs="*", help="recorded histories (*.jsonl)")
    folders = parser.parse_args().folders or [_OURS]
    folder = Path(tempfile.mkdtemp())
    try:
        tallies = list(compared(folders, folder))
    except HarnessError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(EXIT_BAD_INPUT)
    finally:
        shutil.rmtree(folder)
    Console(width=120).print(table(tallies))
    if any(tally.differing for tally in tallies):
        sys.stderr.write(f"judges disagree; the histories, and how: {keep_differing(tallies)}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()

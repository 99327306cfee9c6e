"""Each mutant's patch finds what it changes: one that does not ends its scenarios before anything is seen."""

import pytest

from tests.zoo.mutants import MUTANTS


@pytest.mark.parametrize("name", [name for name, mutant in MUTANTS.items() if mutant.patch])
def test_a_patch_finds_what_it_changes(name: str) -> None:
    patch = MUTANTS[name].patch
    assert patch
    with pytest.MonkeyPatch.context() as monkeypatch:
        patch(monkeypatch)

"""What runs the documents: it finds their code, and notices when a document shows what is not printed."""

from pathlib import Path

import pytest

from tests.docs.blocks import Block, Command, blocks, commands
from tests.docs.checkout import checkout

DOCUMENT = """# Title

```python made.py
print("made")
```

Text.

```console
$ python made.py
made
$ echo one; echo two; echo three
one
...
```
"""


def test_the_code_of_a_document_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(DOCUMENT)
    assert blocks(tmp_path / "a.md")[0] == Block("python", "made.py", 'print("made")\n', "a.md, line 3")
    (_, console) = blocks(tmp_path / "a.md")
    assert list(commands(console)) == [
        Command("python made.py", "made\n"),
        Command("echo one; echo two; echo three", "one\n...\n"),
    ]


@pytest.mark.parametrize(
    ("shown", "output", "same"),
    [
        ("one\n", "one  \n", True),
        ("one\n", "one\ntwo\n", False),
        ("one\n...\n", "one\ntwo\nthree\n", True),
        ("a ... c", "a b\nb c", True),
        ("...\nlast", "first\nlast", True),
        ("", "", True),
        ("", "something", False),
        ("1.5", "105", False),
    ],
)
def test_what_is_shown_has_to_be_printed(shown: str, output: str, same: bool) -> None:
    assert Command("", shown).printed(output) is same


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("\nmade\n", "\nmake\n"), "where the document shows\nmake"),
        (("echo three", "exit 4"), "ended with exit status 4"),
    ],
    ids=["other output", "exit status"],
)
def test_a_document_that_is_not_true_is_noticed(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    document = tmp_path / "a.md"
    with checkout(tmp_path) as copy:
        document.write_text(DOCUMENT)
        assert copy.follow(document) == 2
        document.write_text(DOCUMENT.replace(*change))
        with pytest.raises(AssertionError, match=says):
            copy.follow(document)

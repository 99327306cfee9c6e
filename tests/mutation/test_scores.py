"""What mutmut left is counted by module: noticed, unnoticed, and not tried yet."""

from __future__ import annotations

import json
from pathlib import Path

from tests.mutation.scores import Score, scores, table


def test_changes_are_counted_by_module(tmp_path: Path) -> None:
    left = {"harness/one.py": [1, 1, 0, 33], "harness/two/three.py": [1, None], "harness/none.py": []}
    for name, results in left.items():
        path = tmp_path / f"{name}.meta"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"exit_code_by_key": {str(n): result for n, result in enumerate(results)}}))
    found = scores(tmp_path)
    assert found == {"harness/one.py": Score(4, 2, 0), "harness/two/three.py": Score(2, 1, 1)}
    assert table(found).splitlines()[2:] == [
        "| `harness/one.py` | 2 | 4 | 50.0% |",
        "| `harness/two/three.py` | 1 | 2 | 1 not tried yet |",
        "| all | 3 | 6 | 1 not tried yet |",
    ]

"""Unpacks PostgreSQL and makes an empty database, which every server copies. Standard library only.

python prepare_postgres.py unpack
"""

from __future__ import annotations

import postgres_files
import prepare

if __name__ == "__main__":
    prepare.main({"unpack": postgres_files.unpack})

"""The page of `harness watch` is one document, which lets in nothing but what it brings along."""

import base64
import hashlib
import re

from harness.watch.document import document


def test_nothing_is_asked_for_but_the_page_itself() -> None:
    assert re.findall(r'(?:src|href)="(?!data:)[^"]*"', document().html) == []


def test_the_policy_names_each_script_and_style_and_no_other() -> None:
    for tag, count in (("script", 2), ("style", 1)):
        texts = re.findall(rf"<{tag}>(.*?)</{tag}>", document().html, re.DOTALL)
        hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
        assert len(texts) == count
        assert f"{tag}-src " + " ".join(f"'sha256-{one}'" for one in hashes) + ";" in document().policy

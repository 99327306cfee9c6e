"""What is removed by name is the session's own; a stranger's beside it stays, whatever it is called."""

import json
import os
from pathlib import Path

import psutil
import pytest

from harness.backends.folders import folders_of, log_of, make_folder, remove_folders, remove_log
from harness.backends.session import Session
from harness.backends.small_disk import can_mount, mount
from harness.backends.watchdog import start_watchdog

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file to somebody else")


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder for all of these, and a victim's file beside it."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "thesis").write_text("precious")
    return folder


@pytest.fixture
def session() -> Session:
    return Session.of_this_process()


@pytest.fixture
def thesis(tmp_path: Path) -> Path:
    return tmp_path / "victim" / "thesis"


def test_a_sessions_folder_goes_and_another_sessions_stays(session: Session) -> None:
    mine, other = make_folder(session), make_folder(Session.of_this_process())
    (mine / "log").touch()
    remove_folders(session.__eq__)
    assert not mine.exists()
    assert other.exists()


@pytest.mark.skipif(not can_mount(), reason="only root can mount a disk")
def test_a_disk_that_is_mounted_in_a_sessions_folder_is_unmounted(session: Session) -> None:
    folder = make_folder(session)
    (folder / "node" / "data").mkdir(parents=True)
    mount(folder / "node" / "data", 1)
    (folder / "node" / "data" / "log").write_bytes(bytes(1000))
    assert str(folder / "node" / "data") in {each.mountpoint for each in psutil.disk_partitions(all=True)}
    remove_folders(session.__eq__)
    assert not folder.exists()
    assert str(folder / "node" / "data") not in {each.mountpoint for each in psutil.disk_partitions(all=True)}


def test_a_folder_is_its_owners_alone(session: Session) -> None:
    assert make_folder(session).stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_only_called_like_the_sessions_stays(session: Session, temporary: Path) -> None:
    stranger = temporary / f"harness-{session.id}-notes"
    stranger.mkdir()
    remove_folders(session.__eq__)
    assert stranger.exists()


def test_a_folder_whose_file_names_another_session_than_its_name_stays(session: Session, temporary: Path) -> None:
    stranger = temporary / "harness-00000000-x"
    make_folder(session).rename(stranger)
    remove_folders(session.__eq__)
    assert stranger.exists()


def test_a_link_in_place_of_a_folder_leads_to_nothing_that_is_removed(session: Session, temporary: Path) -> None:
    elsewhere = temporary / "elsewhere"
    make_folder(session).rename(elsewhere)
    (temporary / f"harness-{session.id}-link").symlink_to(elsewhere)
    remove_folders(session.__eq__)
    assert elsewhere.exists()


def test_a_link_in_a_folder_goes_and_what_it_leads_to_stays(session: Session, thesis: Path) -> None:
    folder = make_folder(session)
    (folder / "link").symlink_to(thesis.parent)
    remove_folders(session.__eq__)
    assert not folder.exists()
    assert thesis.read_text() == "precious"


def test_a_link_in_place_of_its_file_marks_nothing(session: Session, temporary: Path) -> None:
    (temporary / "labels").write_text(json.dumps(session.labels()))
    stranger = temporary / f"harness-{session.id}-x"
    stranger.mkdir()
    (stranger / ".harness-session").symlink_to(temporary / "labels")
    assert not folders_of(session.__eq__)


@as_root
@pytest.mark.parametrize("whose", ["", ".harness-session"], ids=["folder", "its file"])
def test_somebody_elses_is_not_the_sessions(session: Session, whose: str) -> None:
    folder = make_folder(session)
    os.chown(folder / whose, 12345, -1)
    remove_folders(session.__eq__)
    assert folder.exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"harness.session": 7}', "\xff"])
def test_a_file_that_was_not_written_here_marks_nothing(session: Session, text: str) -> None:
    folder = make_folder(session)
    (folder / ".harness-session").write_text(text, encoding="latin-1")
    assert not folders_of(lambda session: True)


def test_a_watchdogs_log_that_is_there_already_is_not_written_to(session: Session, thesis: Path) -> None:
    log_of(session.id).symlink_to(thesis)
    with pytest.raises(FileExistsError):
        start_watchdog(session)
    assert thesis.read_text() == "precious"


@as_root
def test_a_log_of_somebody_else_stays(session: Session) -> None:
    log_of(session.id).touch()
    os.chown(log_of(session.id), 12345, -1)
    remove_log(session.id)
    assert log_of(session.id).exists()


def test_a_log_that_is_a_link_stays_with_what_it_leads_to(session: Session, thesis: Path) -> None:
    log_of(session.id).symlink_to(thesis)
    remove_log(session.id)
    assert log_of(session.id).is_symlink()
    assert thesis.read_text() == "precious"

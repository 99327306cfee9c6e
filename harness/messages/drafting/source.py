"""Guesses from the text of a program how it starts, where it listens, and what it is sent; by simple patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.messages.description.model import Get, Post, Queue
from harness.messages.drafting.roles import Kind

Body = Literal["json", "form", "query", "text"]

#: More than that, or larger, is no small system of services.
_MOST_FILES, _LARGEST = 300, 400_000
_LEFT_OUT = {"node_modules", "venv", "env", "site-packages", "__pycache__", "dist", "build", "tests", "test", "target"}
_SUFFIXES = (".py", ".js", ".mjs", ".ts")
_SERVES = re.compile(
    r"\bFlask\(|\bFastAPI\(|\bQuart\(|\buvicorn\.run\(|web\.run_app\(|HTTPServer\(|\bexpress\(|createServer\(|Starlette\("
)
_PORTS = (
    re.compile(r"(?:\.run|run_app|uvicorn\.run|[sS]erver)\([^)]*?\bport\s*=\s*(?:int\()?(\d{4,5})\b", re.DOTALL),
    re.compile(r"\.run\([^\n]*?,\s*(\d{4,5})\s*[,)]"),
    re.compile(r"\.listen\(\s*(\d{4,5})\b"),
    re.compile(r"[\"']--?p(?:ort)?[\"'][^)]*?default\s*=\s*(\d{4,5})\b", re.DOTALL),
    re.compile(r"(?:environ\.get|getenv)\(\s*[\"']\w*PORT\w*[\"']\s*,\s*[\"']?(\d{4,5})\b"),
    re.compile(r"process\.env\.\w*PORT\w*\s*(?:\|\||\?\?)\s*[\"']?(\d{4,5})\b"),
    re.compile(r"\bport\s*[:=]\s*(?:int\s*=\s*)?(\d{4,5})\b", re.IGNORECASE),
)
_USUAL_PORT = ((re.compile(r"\bFastAPI\("), 8000), (re.compile(r"\bFlask\("), 5000), (re.compile(r"\bexpress\("), 3000))
_RUN = re.compile(r"\b(app|uvicorn)\.run\(([^)]*)")
_LOCAL = re.compile(r"127\.0\.0\.1|localhost")
_POST = (
    re.compile(r"@\w+\.(?:post|put)\(\s*(?:path\s*=\s*)?[\"']([^\"']*)[\"']"),
    re.compile(r"@\w+\.route\(\s*[\"']([^\"']*)[\"'][^)]*methods\s*=\s*[\[(][^\])]*[\"']POST[\"']"),
    re.compile(r"\b(?:app|router)\.post\(\s*[\"'`]([^\"'`]*)[\"'`]"),
    re.compile(r"[\"'`]POST (/[^\"'`\s]*)[\"'`]"),
)
_GET = (
    re.compile(r"@\w+\.get\(\s*(?:path\s*=\s*)?[\"']([^\"']*)[\"']"),
    re.compile(r"@\w+\.route\(\s*[\"']([^\"']*)[\"'][^)]*methods\s*=\s*[\[(][^\])]*[\"']GET[\"']"),
    re.compile(r"@\w+\.route\(\s*[\"']([^\"']*)[\"']\s*\)"),
    re.compile(r"\b(?:app|router)\.get\(\s*[\"'`]([^\"'`]*)[\"'`]"),
    re.compile(r"[\"'`]GET (/[^\"'`\s]*)[\"'`]"),
)
_NO_MESSAGES = re.compile(r"health|ready|alive|docs|static|favicon|metrics|status|<|\{|:")
_BODIES: tuple[tuple[Body, re.Pattern[str]], ...] = (
    ("form", re.compile(r"request\.form\b|\bForm\(|URLSearchParams")),
    ("json", re.compile(r"get_json\(|request\.json\b|BaseModel\b|req\.body\b|await request\.json\(")),
    ("query", re.compile(r"request\.args\b|req\.query\b|request\.query_params")),
    ("text", re.compile(r"request\.(?:data|get_data)\b|await request\.body\(")),
)
_KEYS = (
    re.compile(
        r"(?:request\.(?:form|json|args)|get_json\([^)]*\)|request\.form\))\)?\s*(?:\.get\(|\[)\s*[\"'](\w+)[\"']"
    ),
    re.compile(r"req\.(?:body|query)\.(\w+)"),
    re.compile(r"\{\s*(\w+)\s*\}\s*=\s*(?:req\.)?(?:body|query)"),
    re.compile(r"\b(\w+)\s*(?::\s*str)?\s*=\s*Form\("),
    re.compile(r"\b(?:data|body|payload|json_data|content)(?:\.get\(|\[)\s*[\"'](\w+)[\"']"),
)
_MODEL = re.compile(r"class \w+\(BaseModel\):\n((?:[ \t]+[^\n]*\n|\n)*)")
_FIELD = re.compile(r"^\s+(\w+)\s*:\s*str\b", re.MULTILINE)
_TEXT = re.compile(r"msg|message|te?xt|content|body", re.IGNORECASE)
#: What is read or sent comes first: a variable with a topic's name may be one that nobody uses.
_TOPICS = (
    re.compile(r"KafkaConsumer\(\s*[\"']([\w.-]+)[\"']"),
    re.compile(r"\.subscribe\(\s*\[\s*[\"']([\w.-]+)[\"']"),
    re.compile(r"\bproducer\.(?:send|send_and_wait|produce)\(\s*[\"']([\w.-]+)[\"']"),
    re.compile(r"\b\w*topic\w*[\"']?\s*[,:=]\s*[\"']([\w.-]+)[\"']", re.IGNORECASE),
)
_GROUPS = (re.compile(r"group[_.]?id[\"']?\s*[:=]\s*[\"']([\w.-]+)[\"']", re.IGNORECASE),)
_QUEUES = (re.compile(r"\.get_queue\(\s*[\"']([^\"']+)[\"']"), re.compile(r"\.getQueue\(\s*[\"'`]([^\"'`]+)[\"'`]"))
_CLIENTS: dict[Kind, re.Pattern[str]] = {
    "hazelcast": re.compile(r"^\s*(?:import|from)\s+hazelcast|hazelcast-client", re.MULTILINE),
    "kafka": re.compile(r"^\s*(?:import|from)\s+(?:kafka|aiokafka|confluent_kafka)|kafkajs", re.MULTILINE),
}
_OWN_CLUSTER = re.compile(r"cluster[-_]?name[\"']?\s*(?::\s*\w+\s*)?[:=]\s*[\"']([^\"'\n]+)[\"']", re.IGNORECASE)
_ASKED_CLUSTER = re.compile(r"cluster[-_]?name", re.IGNORECASE)
#: That of clients which name none.
_USUAL_CLUSTER = "dev"
#: What a host is called that a program listens on.
_HOST_IS_LOCAL = re.compile(
    r"^\s*host\s*(?::\s*\w+\s*)?=\s*[\"'](?:localhost|127\.0\.0\.1)[\"']", re.IGNORECASE | re.MULTILINE
)
_SETTINGS = (".toml", ".ini", ".cfg", ".json", ".yml", ".yaml", ".env")
_NAMED_FILE = re.compile(r"[\"']([\w.-]+\.(?:toml|ini|cfg|json|ya?ml|env|txt|properties))[\"']")


@dataclass(frozen=True)
class Program:
    """The text of a program.

    Attributes:
        path: where it is; absolute.
        text: all of it.
    """

    path: Path
    text: str

    @property
    def serves(self) -> bool:
        """Whether it looks like a server."""
        return bool(_SERVES.search(self.text))

    @property
    def local_only(self) -> bool:
        """Whether it looks as if it listens where only its own machine reaches it."""
        found = _RUN.search(self.text)
        if found is None or "host" in found[2].lower():
            return found is not None and bool(_LOCAL.search(found[2]))
        # A first argument of app.run that has no name is the host; that of uvicorn.run is the application.
        return found[1] == "uvicorn" or not found[2].strip() or bool(re.match(r"\s*\w+\s*=", found[2]))

    def start(self, root: Path) -> tuple[Path, tuple[str, ...]]:
        """The folder in which it is started, and how: its own one, unless it reads files which only the root has.

        Args:
            root: the folder of all the code.
        """
        folder, command = self.path.parent, self.command()
        read = set(_NAMED_FILE.findall(self.text))
        if command[1] == self.path.name and any((root / name).is_file() > (folder / name).is_file() for name in read):
            return root, (command[0], str(self.path.relative_to(root)), *command[2:])
        return folder, command

    def command(self) -> tuple[str, ...]:
        """How it is started in its own folder."""
        name = self.path.name
        if self.path.suffix != ".py":
            return ("node", name)
        if re.search(r"add_argument\([^)]*[\"']--port[\"']", self.text):
            return ("python", name, "--port", "${port}")
        if re.search(r"__main__|\.run\(|run_app\(|serve_forever\(", self.text):
            return ("python", name)
        if found := re.search(r"^(\w+)\s*(?::[^=]*)?=\s*(?:FastAPI|Starlette)\(", self.text, re.MULTILINE):
            return ("uvicorn", f"{self.path.stem}:{found[1]}", "--host", "0.0.0.0", "--port", "${port}")
        if re.search(r"\bFlask\(", self.text):
            return ("flask", "--app", self.path.stem, "run", "--host", "0.0.0.0", "--port", "${port}")
        return ("python", name)

    def port(self) -> int | None:
        """Where it listens; None if nothing says so."""
        found = _first(_PORTS, self.text)
        usual = (port for pattern, port in _USUAL_PORT if pattern.search(self.text))
        return int(found) if found and int(found) < 65536 else next(usual, None)


def programs(folder: Path) -> list[Program]:
    """The programs of a folder and of those in it, in order."""
    found: list[Program] = []
    for path in _files(folder):
        if path.stat().st_size <= _LARGEST:
            found.append(Program(path, path.read_text(errors="replace")))
        if len(found) == _MOST_FILES:
            break
    return found


def servers(texts: list[str]) -> list[Kind]:
    """The servers of which programs or requirements files are clients."""
    return [kind for kind, pattern in _CLIENTS.items() if any(pattern.search(text) for text in texts)]


def settings(folder: Path) -> list[str]:
    """The texts of files with settings in a folder and in those in it."""
    found = [path for path in _files(folder, _SETTINGS) if path.stat().st_size <= _LARGEST]
    return [path.read_text(errors="replace") for path in found[:_MOST_FILES]]


def cluster(texts: list[str]) -> str | None:
    """The name of the Hazelcast cluster that clients ask for; None if that is somewhere else."""
    if named := _first((_OWN_CLUSTER,), "\n".join(texts)):
        return named
    return None if any(_ASKED_CLUSTER.search(text) for text in texts) else _USUAL_CLUSTER


def one_machine(texts: list[str]) -> bool:
    """Whether programs have this machine's own address as the one that they listen on."""
    return any(_HOST_IS_LOCAL.search(text) for text in texts)


def post(text: str) -> Post | None:
    """How a facade takes a message; None if nothing in it says so."""
    path = _path(_POST, text)
    if path is None:
        return None
    body: Body = next((form for form, pattern in _BODIES if pattern.search(text)), "json")
    if body == "text":
        return Post(path=path, body=body)
    return Post(path=path, body=body, key=_key(text))


def get(text: str) -> Get | None:
    """How a facade is read; None if nothing in it says so."""
    path = _path(_GET, text)
    return Get(path=path) if path is not None else None


def queue(texts: list[str]) -> Queue | None:
    """What carries the messages, if a program names it."""
    text = "\n".join(texts)
    if name := _first(_QUEUES, text):
        return Queue(kind="hazelcast", name=name)
    if "kafka" in servers(texts) and (name := _first(_TOPICS, text)):
        return Queue(kind="kafka", name=name, group=_first(_GROUPS, text))
    return None


def _files(folder: Path, suffixes: tuple[str, ...] = _SUFFIXES) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir() and path.name not in _LEFT_OUT and not (path / "pyvenv.cfg").exists():
            yield from _files(path, suffixes)
        elif path.is_file() and path.suffix in suffixes:
            yield path


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> str | None:
    found = (match for pattern in patterns if (match := pattern.search(text)))
    return next((match[1] for match in found), None)


def _key(text: str) -> str:
    """The name of the text in what is posted: of a field of a model, or of what is taken out of the request."""
    model = _MODEL.search(text)
    fields = _FIELD.findall(model[1] + "\n") if model else []
    named = next((name for name in fields if _TEXT.search(name)), fields[0] if fields else None)
    return named or _first(_KEYS, text) or "msg"


def _path(patterns: tuple[re.Pattern[str], ...], text: str) -> str | None:
    """The first path that is one of messages."""
    paths = [path for pattern in patterns for path in pattern.findall(text)]
    fitting = [path for path in paths if not _NO_MESSAGES.search(path) and not re.search(r"\s", path)]
    return next((path if path.startswith("/") else f"/{path}" for path in fitting), None)

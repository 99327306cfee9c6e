"""Shell completion: the script for a shell, and the names of the running system's nodes and targets."""

from __future__ import annotations

from collections.abc import Callable

import click
from click.shell_completion import CompletionItem, get_completion_class

from harness.errors import HarnessError
from harness.session.client import ask

PROGRAM = "harness"
_SHELLS = ("bash", "zsh", "fish")
Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def names(*kinds: str) -> Complete:
    """Completes names of these kinds ("targets", "roles", "nodes"); gives nothing where no system runs."""

    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        try:
            known = ask("names")
        except HarnessError:
            return []
        entries = [item for kind in kinds for item in known[kind].items()]
        return [CompletionItem(name, help=words) for name, words in entries if name.startswith(incomplete)]

    return complete


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash:  eval "$(harness completion bash)"                         in ~/.bashrc
    zsh:   eval "$(harness completion zsh)"                          in ~/.zshrc
    fish:  harness completion fish > ~/.config/fish/completions/harness.fish
    """
    completer = get_completion_class(shell)
    assert completer is not None  # click knows the three
    click.echo(completer(ctx.find_root().command, {}, PROGRAM, f"_{PROGRAM.upper()}_COMPLETE").source())

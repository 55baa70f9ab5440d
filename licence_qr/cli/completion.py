"""``licence-qr completion``: print the completion script for a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from licence_qr.cli.help import Command

_PROGRAM, _VARIABLE = "licence-qr", "_LICENCE_QR_COMPLETE"


@click.command(cls=Command, short_help="自动补全。 Complete commands with the Tab key.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL", help="bash, zsh 或 or fish")
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """打印自动补全脚本，写入该 shell 的启动文件即可；bash 须为 4.4 或更高版本。

    Print the script that completes commands and options with the Tab key, to be saved where SHELL reads it at start-up:

    bash: licence-qr completion bash > ~/.local/share/bash-completion/completions/licence-qr

    zsh: licence-qr completion zsh > a file _licence-qr in a folder of $fpath

    fish: licence-qr completion fish > ~/.config/fish/completions/licence-qr.fish
    """
    made = get_completion_class(shell)
    if made is None:  # Click supports every shell of the choice
        raise click.UsageError(shell)
    click.echo(made(context.find_root().command, {}, _PROGRAM, _VARIABLE).source())

"""Files of embedded mode belong to their owner alone: other users of the machine cannot read them."""

import os
from pathlib import Path

from services.embedded.folder import Folder
from services.platform.errors import ApplicationError

_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_OURS = ("*.secret", "*.lock", "*.sqlite", "waymark.log", "models", "mlflow")
"""Every folder that Waymark has used contains one of these."""


class FolderOfOthers(ApplicationError):
    """The folder contains files that Waymark did not write, or that its user may not change."""


def restrict_new_files() -> None:
    """Makes new files of this process and its children readable by their user alone."""
    os.umask(0o077)


def make_private(folder: Folder) -> None:
    """Creates the folder, or removes all rights of other users on it and its contents. Raises FolderOfOthers."""
    root = folder.root
    root.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    _check_ours(root)
    try:
        _restrict(root, _FOLDER_MODE)
        for parent, folders, files in os.walk(root):
            for name in folders:
                _restrict(Path(parent, name), _FOLDER_MODE)
            for name in files:
                _restrict(Path(parent, name), _FILE_MODE)
    except PermissionError as error:
        raise FolderOfOthers(
            f"Other users may be able to read {error.filename}, and you may not change that. "
            "Ask its owner, or name another folder: --folder NAME"
        ) from None


def _check_ours(root: Path) -> None:
    if any(root.iterdir()) and not any(next(root.glob(name), None) for name in _OURS):
        raise FolderOfOthers(
            f"The folder {root} holds files that are not Waymark's. Name a new or an empty folder: --folder NAME"
        )


def _restrict(path: Path, mode: int) -> None:
    """Skips links, and files that a running Waymark has just removed."""
    try:
        now = path.lstat().st_mode
        if now & 0o077 and not path.is_symlink():
            path.chmod(mode)
    except FileNotFoundError:
        return

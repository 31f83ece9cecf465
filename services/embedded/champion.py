"""The model that an embedded system estimates with: downloaded from its own registry and cached."""

from services.embedded.folder import Folder
from services.scoring.champion.champions import Champions
from services.scoring.champion.loaded import fits
from services.scoring.champion.model_cache import ModelCache
from services.scoring.champion.model_store import ModelStore


def is_usable(folder: Folder) -> bool:
    """Whether a cached model was made for the features of this code."""
    current = ModelCache(folder.models).current()
    return current is not None and fits(current)


def known(folder: Folder) -> Champions:
    """The models of this folder, or of its registry when a model is not cached."""
    cache = ModelCache(folder.models)
    return Champions(cache, ModelStore(folder.tracking_uri, cache))


def take(folder: Folder) -> str:
    """Verifies the registry's champion and makes it the model in use. Returns its version.

    Raises RegistryUnavailable when there is none, ModelRejected when it cannot be used.
    """
    return ModelStore(folder.tracking_uri, ModelCache(folder.models)).fetch_champion().version

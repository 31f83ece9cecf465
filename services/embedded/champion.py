"""The model that an embedded system estimates with: taken from its own registry, and kept."""

from services.embedded.folder import Folder
from services.scoring.adapters.champion import fits
from services.scoring.adapters.champions import Champions
from services.scoring.adapters.model_cache import ModelCache
from services.scoring.adapters.model_store import ModelStore


def is_usable(folder: Folder) -> bool:
    """Whether a model is kept that was made for the features of this code."""
    kept = ModelCache(folder.models).current()
    return kept is not None and fits(kept)


def known(folder: Folder) -> Champions:
    """The models of this folder, and of its registry when one is not kept."""
    kept = ModelCache(folder.models)
    return Champions(kept, ModelStore(folder.tracking_uri, kept))


def take(folder: Folder) -> str:
    """Verify the registry's champion and keep it as the model in use. Gives its version.

    Raises RegistryUnavailable when there is none, ModelRejected when it cannot be used.
    """
    return ModelStore(folder.tracking_uri, ModelCache(folder.models)).fetch_champion().version

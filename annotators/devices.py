"""Which device a model runs on."""

from schemas.errors import MedmillError


def device_of(asked: str) -> str:
    """`auto` is the GPU where there is one; raises `MedmillError` for a GPU that is not there."""
    import torch

    there = torch.cuda.is_available()
    if asked == "auto":
        return "cuda" if there else "cpu"
    if asked.startswith("cuda") and not there:
        raise MedmillError(f"device={asked}: torch {torch.__version__} sees no GPU here; use device=cpu or device=auto")
    return asked


def wants_gpu(asked: str) -> bool:
    """Whether a setting asks for a GPU by name."""
    return asked.startswith("cuda")

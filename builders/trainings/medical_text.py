"""`medmill train medical-text`: the weights of the filter for medical text, from invented passages alone."""

from pathlib import Path


def medical_text(*, out: Path) -> None:
    """Learn the weights of the filter for medical text anew; what comes out is what medmill carries.

    It learns from the invented passages and the lists of terms that lie beside the filter, in about half a minute. Only
    who changes these needs it. For example:

        medmill train medical-text --out annotators/medical_text/weights

    Args:
        out: The folder to write: `terms.npy`, and a file per language.
    """
    import numpy as np

    from annotators.medical_text.fitting import fitted

    out.mkdir(parents=True, exist_ok=True)
    for name, weights in fitted():
        np.save(out / f"{name}.npy", weights, allow_pickle=False)
    print(out)

"""Which texts are written in capitals, compiled: the model of languages has hardly seen any."""

import numpy as np

from annotators.compiled import compiled


@compiled
def in_capitals(data, start):
    """Per text (`data[start[t] : start[t + 1]]`) whether it is: most letters from A to Z, and a third of all bytes.

    Abbreviations are the only Latin letters of many a Chinese or Russian text.
    """
    found = np.empty(start.size - 1, np.bool_)
    for text in range(start.size - 1):
        large, small = 0, 0
        for i in range(start[text], start[text + 1]):
            large += 65 <= data[i] <= 90
            small += 97 <= data[i] <= 122
        found[text] = large > small and 3 * large > start[text + 1] - start[text]
    return found

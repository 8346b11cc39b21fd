"""Run an automaton over many texts in one buffer, compiled: which patterns each text holds, and how often."""

import numpy as np

from annotators.compiled import compiled
from annotators.medical_text.characters import OTHER, SPACE


@compiled
def scan(automaton, edges, kinds, data, text_start):
    """Per text its patterns, ascending, and how often each is there: the start of its rows, patterns, numbers.

    `edges[p]` says what may stand before and behind pattern p: `OTHER` anything, `SPACE` white space only, and
    else anything but a character of that kind. Where a text begins and ends counts as white space.
    """
    table, column = automaton.table, automaton.column
    first_end = np.uint32(automaton.first_end)
    n_texts, n_patterns = text_start.size - 1, edges.shape[0]
    times, free_from = np.zeros(n_patterns, np.int32), np.zeros(n_patterns, np.int64)
    touched = np.empty(n_patterns, np.int32)
    row_start = np.zeros(n_texts + 1, np.int64)
    found, found_times = np.empty(1024 + n_patterns, np.int32), np.empty(1024 + n_patterns, np.int32)
    n_rows = 0
    for text in range(n_texts):
        begin, end = text_start[text], text_start[text + 1]
        n_touched, state = 0, np.uint32(0)
        for i in range(begin, end):
            state = table[state + column[data[i]]]
            if state >= first_end:
                n_touched = _take(
                    automaton, edges, kinds, data, (begin, end, i + 1), state, times, free_from, touched, n_touched
                )
        if n_rows + n_touched > found.size:
            found, found_times = _grown(found, n_rows, n_patterns), _grown(found_times, n_rows, n_patterns)
        for pattern in np.sort(touched[:n_touched]):
            found[n_rows], found_times[n_rows] = pattern, times[pattern]
            times[pattern] = 0
            n_rows += 1
        row_start[text + 1] = n_rows
    return row_start, found[:n_rows].copy(), found_times[:n_rows].copy()


@compiled
def _take(automaton, edges, kinds, data, span, state, times, free_from, touched, n_touched):
    """Count the patterns that end before byte `span[2]`, of those that do not overlap what they were counted for."""
    begin, end, here = span
    row = state // automaton.width
    for k in range(automaton.end_start[row], automaton.end_start[row + 1]):
        pattern = automaton.ended[k]
        start = here - edges[pattern, 2]
        if start < free_from[pattern] or not _stands_free(edges, kinds, data, begin, end, pattern, start, here):
            continue
        if times[pattern] == 0:
            touched[n_touched] = pattern
            n_touched += 1
        times[pattern] += 1
        free_from[pattern] = here
    return n_touched


@compiled
def _stands_free(edges, kinds, data, begin, end, pattern, start, here):
    before, behind = edges[pattern, 0], edges[pattern, 1]
    if before != OTHER and not _fits(before, SPACE if start == begin else kinds[_character_before(data, start)]):
        return False
    return behind == OTHER or _fits(behind, SPACE if here == end else kinds[_character(data, here)])


@compiled
def _fits(edge, kind):
    return kind == SPACE if edge == SPACE else kind != edge


@compiled
def _character_before(data, i):
    i -= 1
    while data[i] & 0xC0 == 0x80:
        i -= 1
    return _character(data, i)


@compiled
def _character(data, i):
    """The code point whose UTF-8 bytes begin at i."""
    lead = np.int64(data[i])
    if lead < 0x80:
        return lead
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | (data[i + 1] & 0x3F)
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | np.int64(data[i + 1] & 0x3F) << 6 | (data[i + 2] & 0x3F)
    upper = (lead & 0x07) << 18 | np.int64(data[i + 1] & 0x3F) << 12
    return upper | np.int64(data[i + 2] & 0x3F) << 6 | (data[i + 3] & 0x3F)


@compiled
def _grown(values, used, room):
    more = np.empty(2 * values.size + room, values.dtype)
    more[:used] = values[:used]
    return more

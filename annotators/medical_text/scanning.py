"""Run an automaton over many texts in one buffer, compiled: which patterns each text holds, and how often."""

from typing import Final

import numpy as np

from annotators.compiled import compiled
from annotators.medical_text.characters import OTHER, SPACE

TILE: Final = 1 << 16
"""Bytes that are walked over before what was met there is counted."""


@compiled
def scan(automaton, edges, kinds, data, start):
    """Per text its patterns, ascending, and how often each is there: the start of its rows, patterns, numbers.

    Text t is `data[start[t] : start[t + 1]]`; nothing is found across texts. `edges[p]` says what may stand before and
    behind pattern p: `OTHER` anything, `SPACE` white space only, and else anything but a character of that kind; and
    how many bytes p has. Where a text begins and ends counts as white space.
    """
    n_texts, n_patterns = start.size - 1, edges.shape[0]
    times, free_from = np.zeros(n_patterns, np.int32), np.zeros(n_patterns, np.int64)
    touched, n_touched = np.empty(n_patterns, np.int32), 0
    row_start, n_rows = np.zeros(n_texts + 1, np.int64), 0
    found, found_times = np.empty(1024 + n_patterns, np.int32), np.empty(1024 + n_patterns, np.int32)
    met_at, met = np.empty(TILE, np.int64), np.empty(TILE, np.int64)
    last = start[n_texts]
    text, tile = 0, start[0]
    while text < n_texts:
        n_met = _walk(automaton, data, (start[0], tile, min(tile + TILE, last)), met_at, met)
        for k in range(n_met + 1):
            here = met_at[k] if k < n_met else tile + TILE
            while text < n_texts and here > start[text + 1]:
                if n_rows + n_touched > found.size:
                    found, found_times = _grown(found, n_patterns), _grown(found_times, n_patterns)
                for pattern in np.sort(touched[:n_touched]):
                    found[n_rows], found_times[n_rows] = pattern, times[pattern]
                    times[pattern] = 0
                    n_rows += 1
                text, n_touched = text + 1, 0
                row_start[text] = n_rows
            if k == n_met:
                break
            for pattern in automaton.ended[automaton.end_start[met[k]] : automaton.end_start[met[k] + 1]]:
                first = here - edges[pattern, 2]
                if first < start[text] or first < free_from[pattern]:
                    continue
                if not _stands_free(edges[pattern], kinds, data, start[text], start[text + 1], first, here):
                    continue
                if times[pattern] == 0:
                    touched[n_touched] = pattern
                    n_touched += 1
                times[pattern] += 1
                free_from[pattern] = here
        tile += TILE
    return row_start, found[:n_rows].copy(), found_times[:n_rows].copy()


@compiled
def _walk(automaton, data, span, met_at, met):
    """Where in a tile patterns end, ascending, and the rows of the automaton that say which; how many there are.

    A byte waits for the state behind the one before it, so four stretches of the tile are walked side by side. Each
    starts as far before its own first byte as the longest pattern is long: from there on its state is the true one.
    """
    table, column, first_end = automaton.table, automaton.column, np.uint32(automaton.first_end)
    origin, begin, end = span
    stretch = (end - begin) // 4
    a, b, c, d = begin, begin + stretch, begin + 2 * stretch, begin + 3 * stretch
    state_a, state_b = _state(automaton, data, origin, a), _state(automaton, data, origin, b)
    state_c, state_d = _state(automaton, data, origin, c), _state(automaton, data, origin, d)
    n_a, n_b, n_c, n_d = 0, stretch, 2 * stretch, 3 * stretch
    for i in range(stretch):
        state_a = table[state_a + column[data[a + i]]]
        state_b = table[state_b + column[data[b + i]]]
        state_c = table[state_c + column[data[c + i]]]
        state_d = table[state_d + column[data[d + i]]]
        if max(max(state_a, state_b), max(state_c, state_d)) < first_end:
            continue
        if state_a >= first_end:
            met_at[n_a], met[n_a] = a + i + 1, state_a
            n_a += 1
        if state_b >= first_end:
            met_at[n_b], met[n_b] = b + i + 1, state_b
            n_b += 1
        if state_c >= first_end:
            met_at[n_c], met[n_c] = c + i + 1, state_c
            n_c += 1
        if state_d >= first_end:
            met_at[n_d], met[n_d] = d + i + 1, state_d
            n_d += 1
    for i in range(d + stretch, end):
        state_d = table[state_d + column[data[i]]]
        if state_d >= first_end:
            met_at[n_d], met[n_d] = i + 1, state_d
            n_d += 1
    return _together(automaton.width, met_at, met, stretch, (n_a, n_b, n_c, n_d))


@compiled
def _state(automaton, data, origin, i):
    """The state before byte i."""
    state = np.uint32(0)
    for k in range(max(origin, i - automaton.longest), i):
        state = automaton.table[state + automaton.column[data[k]]]
    return state


@compiled
def _together(width, met_at, met, stretch, ends):
    """Close the gaps between what was met in the four stretches; states become rows."""
    n = 0
    for lane in range(4):
        for k in range(lane * stretch, ends[lane]):
            met_at[n], met[n] = met_at[k], met[k] // width
            n += 1
    return n


@compiled
def _stands_free(edges, kinds, data, begin, end, first, behind):
    """Whether bytes `first` to `behind` of a text from `begin` to `end` have around them what `edges` ask for."""
    if edges[0] != OTHER and not _fits(edges[0], SPACE if first == begin else kinds[_character_before(data, first)]):
        return False
    return edges[1] == OTHER or _fits(edges[1], SPACE if behind == end else kinds[_character(data, behind)])


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
def _grown(values, room):
    more = np.empty(2 * values.size + room, values.dtype)
    more[: values.size] = values
    return more

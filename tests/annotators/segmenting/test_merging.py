"""Masks of several tasks as one label map."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.segmenting.merging import Found, merged
from annotators.segmenting.segmenter import Label

SIZE = 24


@st.composite
def founds(draw: st.DrawFn) -> list[Found]:
    """One to four tasks of one to five labels on the same voxels."""
    tasks = []
    for number in range(draw(st.integers(1, 4))):
        values = draw(st.lists(st.integers(1, 9), min_size=1, max_size=5, unique=True))
        voxels = draw(st.lists(st.sampled_from([0, *values]), min_size=SIZE, max_size=SIZE))
        map_ = np.array(voxels, np.uint8).reshape((2, 3, 4), order=draw(st.sampled_from("CF")))  # files are in order F
        tasks.append(Found(f"task-{number}", map_, {value: f"n{value}" for value in values}))
    return tasks


@given(founds())
def test_each_task_keeps_every_voxel_of_every_label(tasks: list[Found]) -> None:
    values, labels = merged(tasks)
    for task in tasks:
        for value, name in task.names.items():
            own = [label.value for label in labels if (label.name, label.task) == (name, task.task)]
            assert np.array_equal(np.isin(values, own), task.values == value)


@given(founds())
def test_the_first_task_alone_keeps_its_values(tasks: list[Found]) -> None:
    values, labels = merged(tasks[:1])
    assert np.array_equal(values, tasks[0].values)
    assert {label.value: label.name for label in labels} == tasks[0].names


def test_values_without_overlap_mean_the_same_in_every_volume() -> None:
    total = Found("total", np.array([[[1, 0, 3, 0]]], np.uint8), {1: "lung", 3: "liver"})
    nodules = Found("lung_nodules", np.array([[[2, 2, 0, 0]]], np.uint8), {2: "nodule", 1: "lung"})
    values, labels = merged([total, nodules])
    assert values.tolist() == [[[6, 5, 3, 0]]]
    assert labels == (
        Label(1, "lung", "total"),
        Label(3, "liver", "total"),
        Label(4, "lung", "lung_nodules"),
        Label(5, "nodule", "lung_nodules"),
        Label(6, "lung", "total"),
        Label(6, "nodule", "lung_nodules"),
    )


@pytest.mark.parametrize(("names", "kind"), [(255, np.uint8), (256, np.uint16)])
def test_the_file_is_no_wider_than_its_labels_need(names: int, kind: type) -> None:
    values = np.ones((2, 2, 2), np.uint16)
    assert merged([Found("t", values, {n: f"n{n}" for n in range(1, names + 1)})])[0].dtype == kind

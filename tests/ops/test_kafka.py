"""Laying out a broker's storage."""

from __future__ import annotations

from ops.kafka_properties import new_cluster_id


def test_a_clusters_name_is_never_taken_for_an_option() -> None:
    names = {new_cluster_id() for _ in range(2_000)}

    assert len(names) == 2_000
    assert {len(name) for name in names} == {22}
    assert not any(name.startswith("-") for name in names)

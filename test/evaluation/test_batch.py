# SPDX-License-Identifier: Apache-2.0
"""Which bags a folder or list holds, and how processes tell each other what failed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from bag_writing import recording, write
from torch.distributed import TCPStore

from xmask3d_ros.evaluation.bag_error import BagError
from xmask3d_ros.evaluation.batch import find_jobs, gather, my_share


def test_a_folder_of_bags(tmp_path):
    """A bag that was cut off, so that it has no metadata, is not passed over: it may fail, by name."""
    for kind in ("mcap", "ros1"):
        write(tmp_path / kind, recording(2), kind)
    write(tmp_path / "cut", recording(2))
    (tmp_path / "cut" / "metadata.yaml").unlink()
    (tmp_path / "pictures").mkdir()
    (tmp_path / "notes.txt").write_text("no bag")
    jobs = find_jobs([str(tmp_path)], "truth/{bag}.npz")
    assert [(job.name, job.ground_truth) for job in jobs] == [
        (name, f"truth/{name}.npz") for name in ("cut", "mcap", "ros1")
    ]
    with pytest.raises(BagError, match="neither a bag nor a folder of bags"):
        find_jobs([str(tmp_path / "pictures")], "truth.npz")


def test_a_list_and_bags_of_one_name(tmp_path):
    (tmp_path / "list.yaml").write_text(
        "- {bag: a/room.mcap, ground_truth: topic:/labels}\n- {bag: b/room.bag, ground_truth: 'b/{bag}.npz'}\n"
        "- bag: c/room.db3\n"
    )
    jobs = find_jobs([str(tmp_path / "list.yaml")], "other/{bag}.ply")
    assert [job.name for job in jobs] == ["room", "room-2", "room-3"], "a folder of results each"
    assert [job.ground_truth for job in jobs] == ["topic:/labels", str(tmp_path / "b" / "room.npz"), "other/room.ply"]
    assert [job.bag for job in jobs] == [str(tmp_path / name) for name in ("a/room.mcap", "b/room.bag", "c/room.db3")]
    shares = [my_share(jobs, {"RANK": str(rank), "WORLD_SIZE": "2"}) for rank in range(2)]
    assert [[job.name for job in share] for share in shares] == [["room", "room-3"], ["room-2"]]
    (tmp_path / "list.yaml").write_text("- room.mcap\n")
    with pytest.raises(BagError, match="must be a list of '- bag: PATH'"):
        find_jobs([str(tmp_path / "list.yaml")], "truth.npz")


def test_rank_0_hears_of_all_failures():
    server = TCPStore("localhost", 0, is_master=True, wait_for_workers=False)
    common = {"WORLD_SIZE": "3", "MASTER_ADDR": "localhost", "MASTER_PORT": str(server.port)}
    common["TORCHELASTIC_USE_AGENT_STORE"] = "True"
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(gather, {"a": "why"}, common | {"RANK": "0"})
        assert gather({}, common | {"RANK": "1"}) is None
        assert gather({"c": "what"}, common | {"RANK": "2"}) is None
        assert waiting.result(60) == {"a": "why", "c": "what"}
    assert gather({"a": "why"}, {}) == {"a": "why"}, "one process"
    assert gather({"a": "why"}, {"RANK": "1", "WORLD_SIZE": "2"}) == {"a": "why"}, "no torchrun, nobody to ask"

# SPDX-License-Identifier: Apache-2.0
"""Labels, depth, poses and the cloud of a room agree with each other."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from xmask3d_ros.geometry.back_projection import back_project
from xmask3d_ros.geometry.frame import RgbdFrame
from xmask3d_training.synthetic import SyntheticRoom
from xmask3d_training.synthetic.catalogue import UNLABELLED
from xmask3d_training.synthetic.cloud import Sight
from xmask3d_training.synthetic.renderer import render


@pytest.fixture(params=["bedroom", "kitchen"])
def room(request) -> SyntheticRoom:
    return request.getfixturevalue(request.param)


def test_poses_walk_at_eye_height_in_the_optical_frame(room):
    for pose in room.poses:
        rotation = pose[:3, :3]
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(rotation) == pytest.approx(1)
        assert 1.2 <= pose[2, 3] <= 1.7
        assert rotation[2, 1] < -0.7, "the image's y axis points down"
        assert abs(rotation[2, 0]) < 1e-9, "the horizon is level"
        assert room.room.contains(pose[None, :2, 3], margin=0.1).all()


def test_cloud_reprojects_onto_its_own_labels(room, clouds):
    """Points that an image sees (within 2 cm of its depth) fall on pixels of their label, within a pixel.

    All of them do, but for some where two classes meet: of a joint that shows above an edge as a sliver thinner than a
    pixel, the pixel tells one side alone.
    """
    cloud = clouds[room.room.kind]
    joint = near_another_class(cloud)
    checked = 0
    for index in (0, 3, 5):
        view = room.view(index)
        world_to_camera = np.linalg.inv(view.pose)
        points = cloud.points @ world_to_camera[:3, :3].T + world_to_camera[:3, 3]
        pixels = room.camera.project(points)
        size = np.array([room.camera.width, room.camera.height])
        inside = np.flatnonzero((np.isfinite(pixels) & (pixels > 1) & (pixels < size - 2)).all(axis=1))
        columns, rows = np.round(pixels[inside]).astype(int).T
        seen = np.abs(view.ideal.depth[rows, columns] - points[inside, 2]) < 0.02
        columns, rows, labels = columns[seen], rows[seen], cloud.labels[inside][seen]
        near = np.stack([view.label[rows + y, columns + x] for y in (-1, 0, 1) for x in (-1, 0, 1)])
        found = (near == labels).any(axis=0)
        assert found[~joint[inside][seen]].all() and found.mean() > 0.999
        assert (view.label[rows, columns] == labels).mean() > 0.97
        checked += int((~joint[inside][seen]).sum())
    assert checked > 10_000


def near_another_class(cloud, distance=0.08):
    """(N,) bool: a point of another class is within ``distance`` metres (what a pixel covers of a floor 4 m away)."""
    near = np.zeros(len(cloud.points), bool)
    for label in np.unique(cloud.labels):
        own = cloud.labels == label
        near[own] = cKDTree(cloud.points[~own]).query(cloud.points[own], distance_upper_bound=distance)[0] < distance
    return near


def test_the_cloud_is_what_the_walk_shows_and_no_more(room, clouds):
    """Nearly every point lies on what some frame shows; all views are among the frames."""
    points, camera = clouds[room.room.kind].points[::10], room.camera.resized(160, 120)
    shown = np.zeros(len(points), bool)
    for pose in room.walk.frames:
        world_to_camera = np.linalg.inv(pose)
        seen_from = points @ world_to_camera[:3, :3].T + world_to_camera[:3, 3]
        pixels = np.nan_to_num(camera.project(seen_from), nan=-1.0)
        inside = np.flatnonzero((pixels > -0.75).all(axis=1) & (pixels < (159.75, 119.75)).all(axis=1))
        columns, rows = np.clip(np.round(pixels[inside]).astype(int), 0, (159, 119)).T
        depth = render(room.scene, room.lighting, camera, pose).depth
        around = np.stack(
            [depth[np.clip(rows + y, 0, 119), np.clip(columns + x, 0, 159)] for y in (-1, 0, 1) for x in (-1, 0, 1)]
        )
        shown[inside] |= (np.abs(around - seen_from[inside, 2]) < 0.04).any(axis=0)
    assert shown.mean() > 0.95  # the coarse images blur edges and what is seen at a slant
    frames = [pose.tobytes() for pose in room.walk.frames]
    assert [pose.tobytes() in frames for pose in room.poses] == [True] * len(room.poses)
    steps = np.diff([pose[:3, 3] for pose in room.walk.frames], axis=0)
    assert np.linalg.norm(steps[:, :2], axis=1).max() < 0.251
    heading = np.unwrap([np.arctan2(pose[1, 2], pose[0, 2]) for pose in room.walk.frames])
    assert np.abs(np.diff(heading)).max() < 0.251


def test_sight_looks_closely_at_every_point_that_a_frame_may_show(room):
    """What cells leave out is in no frame: the same points as without them."""
    sight = Sight(room.camera, 3.0, np.array(room.walk.frames[::3]))
    low, high = room.scene.triangles.min(axis=(0, 1)) - 0.3, room.scene.triangles.max(axis=(0, 1)) + 0.3
    points = np.random.default_rng(0).uniform(low, high, (20_000, 3)).astype(np.float32)
    shown = np.zeros(len(points), bool)
    for pose in sight.poses:
        seen_from = (points - pose[:3, 3]) @ pose[:3, :3]
        pixels = np.nan_to_num(room.camera.project(seen_from), nan=-1.0)
        inside = ((pixels > -0.5) & (pixels < (159.5, 119.5))).all(axis=1) & (np.abs(seen_from[:, 2] - 1.5) <= 1.5)
        eyes = np.broadcast_to(pose[:3, 3].astype(np.float32), points.shape)
        shown |= inside & ~room.scene.blocked(eyes, points)
    found = sight.of(room.scene, points)
    assert 0.02 < shown.mean() < 0.9
    assert (found != shown).sum() <= 2  # points on the very edge of an image may be rounded otherwise


def test_no_points_are_seen_where_there_are_none(room):
    sight = Sight(room.camera, 3.0, np.array(room.walk.frames[:2]))
    assert sight.of(room.scene, np.zeros((0, 3), np.float32)).shape == (0,)


def test_depth_and_pose_lead_back_to_the_cloud(room, clouds):
    """Ideal depth, back-projected by the package's own geometry, lies on the cloud."""
    cloud = clouds[room.room.kind]
    tree = cKDTree(cloud.points)
    for index in (1, 4):
        view = room.view(index)
        frame = RgbdFrame(view.color, view.ideal.depth, room.camera, view.pose, 0)
        distance, _ = tree.query(back_project(frame, max_depth=4.0).points)
        assert np.median(distance) < 0.015
        assert (distance < 0.04).mean() > 0.95


def test_labels_follow_instances_and_the_surface_density_is_scannets(room, clouds):
    view, cloud = room.view(0), clouds[room.room.kind]
    names = {placed.instance: placed.item for placed in room.room.placed}
    for instance in np.unique(view.instance[view.instance > 0]):
        assert (view.label[view.instance == instance] == names[instance].label).all()
    assert set(np.unique(cloud.labels)) - {UNLABELLED} <= set(range(19))
    gaps = cKDTree(cloud.points).query(cloud.points[::50], k=2)[0][:, 1]
    assert 0.008 < np.median(gaps) < 0.022
    assert len(np.unique(np.floor(cloud.points / 0.02), axis=0)) > 0.75 * len(cloud.points)


def test_depth_reads_like_a_sensors(room):
    """Millimetres, errors that grow with range, holes at edges and at a slant."""
    errors, ranges, holes, slants = [], [], [], []
    for index in range(6):
        view = room.view(index)
        read = view.depth > 0
        errors.append((view.depth / 1000.0 - view.ideal.depth)[read])
        ranges.append(view.ideal.depth[read])
        holes.append(~read.ravel())
        slants.append(view.ideal.slant.ravel())
    error, distance = np.concatenate(errors), np.concatenate(ranges)
    near, far = np.abs(error[distance < 1.5]), np.abs(error[distance > 2.5])
    assert view.depth.dtype == np.uint16
    assert 0.0003 < near.mean() < far.mean() < 0.04
    lost, slant = np.concatenate(holes), np.concatenate(slants)
    assert 0.005 < lost.mean() < 0.35
    assert lost[slant < 0.1].mean() > 2 * lost[slant > 0.5].mean()


def test_nothing_stands_outside_the_room_or_in_the_floor(room):
    for placed in room.room.placed:
        if placed.item.name in ("wall", "floor", "ceiling"):
            continue
        for part in placed.item.parts:
            points = part.vertices @ placed.rotation.T + placed.position
            assert room.room.contains(points[:, :2], margin=-0.02).all(), placed.item.design
            assert points[:, 2].min() > -0.03 and points[:, 2].max() < room.room.height

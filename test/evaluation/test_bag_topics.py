# SPDX-License-Identifier: Apache-2.0
"""Which topics are the camera, on the layouts that drivers really have."""

import pytest

from xmask3d_ros.evaluation.bag_error import BagError
from xmask3d_ros.evaluation.bag_topics import ImageTopic, Topics, find_topics


def images(**encodings: str) -> list[ImageTopic]:
    return [ImageTopic(name, encoding, ";" in encoding) for name, encoding in encodings.items()]


REALSENSE = images(
    **{
        "/camera/infra1/image_rect_raw": "mono8",
        "/camera/color/image_raw": "rgb8",
        "/camera/color/image_raw/compressed": "rgb8; jpeg compressed bgr8",
        "/camera/depth/image_rect_raw": "16UC1",
        "/camera/aligned_depth_to_color/image_raw": "16UC1",
        "/camera/aligned_depth_to_color/image_raw/compressedDepth": "16UC1; compressedDepth png",
    }
)
REALSENSE_INFOS = [
    "/camera/infra1/camera_info",
    "/camera/color/camera_info",
    "/camera/depth/camera_info",
    "/camera/aligned_depth_to_color/camera_info",
]
KINECT = images(
    **{
        "/camera/rgb/image_raw": "bayer_grbg8",
        "/camera/rgb/image_color": "bgr8",
        "/camera/rgb/image_rect_color": "bgr8",
        "/camera/ir/image_raw": "mono16",
        "/camera/depth/image_raw": "16UC1",
        "/camera/depth/image": "32FC1",
        "/camera/depth_registered/image_raw": "16UC1",
    }
)
KINECT_INFOS = ["/camera/rgb/camera_info", "/camera/depth/camera_info", "/camera/depth_registered/camera_info"]
ZED = images(
    **{
        "/zed/zed_node/rgb/image_rect_color": "bgra8",
        "/zed/zed_node/left/image_rect_color": "bgra8",
        "/zed/zed_node/depth/depth_registered": "32FC1",
    }
)


@pytest.mark.parametrize(
    ("available", "infos", "want"),
    [
        (
            REALSENSE,
            REALSENSE_INFOS,
            Topics(
                "/camera/color/image_raw",
                "/camera/aligned_depth_to_color/image_raw",
                "/camera/color/camera_info",
                "/camera/aligned_depth_to_color/camera_info",
            ),
        ),
        (
            KINECT,
            KINECT_INFOS,
            Topics(
                "/camera/rgb/image_rect_color",
                "/camera/depth_registered/image_raw",
                "/camera/rgb/camera_info",
                "/camera/depth_registered/camera_info",
            ),
        ),
        (
            ZED,
            ["/zed/zed_node/rgb/camera_info", "/zed/zed_node/depth/camera_info"],
            Topics(
                "/zed/zed_node/rgb/image_rect_color",
                "/zed/zed_node/depth/depth_registered",
                "/zed/zed_node/rgb/camera_info",
                "/zed/zed_node/depth/camera_info",
            ),
        ),
        (
            images(**{"/rgb": "rgb8", "/depth": "32FC1"}),
            ["/info"],
            Topics("/rgb", "/depth", "/info", None),
        ),
        (
            [
                ImageTopic("/front/color/image_raw/compressed", "jpeg", True),
                *images(**{"/front/depth/image_raw": "16UC1", "/front/depth/image_color": "rgb8"}),
            ],
            ["/front/color/camera_info"],
            Topics("/front/color/image_raw/compressed", "/front/depth/image_raw", "/front/color/camera_info", None),
        ),
        (
            images(**{"/image_compressed": "rgb8; jpeg compressed bgr8", "/depth": "16UC1"}),
            ["/camera_info", "/elsewhere/camera_info"],
            Topics("/image_compressed", "/depth", "/camera_info", "/camera_info"),
        ),
        (
            images(**{"/compressed": "rgb8; jpeg compressed bgr8", "/depth": "16UC1"}),
            ["/camera_info", "/elsewhere/camera_info"],
            Topics("/compressed", "/depth", "/camera_info", "/camera_info"),
        ),
        (
            images(
                **{"/cam/color_compressed": "jpeg; compressed", "/cam/depth/compressedDepth": "16UC1; compressedDepth"}
            ),
            ["/camera_info", "/cam/camera_info"],
            Topics("/cam/color_compressed", "/cam/depth/compressedDepth", "/cam/camera_info", "/cam/camera_info"),
        ),
        (
            images(rgb="rgb8", depth="16UC1"),
            ["camera_info", "rgb/camera_info"],
            Topics("rgb", "depth", "camera_info", "camera_info"),
        ),
    ],
    ids=["realsense", "openni", "zed", "bare", "compressed", "top", "suffix alone", "suffix in the name", "no slash"],
)
def test_layouts_of_drivers(available, infos, want):
    assert find_topics(available, infos, Topics()) == want
    assert find_topics(available[::-1], infos[::-1], Topics()) == want, "whatever the order"


TWO_CAMERAS = images(
    **{
        "/left/color/image_raw": "rgb8",
        "/left/depth/image_raw": "16UC1",
        "/right/color/image_raw": "rgb8",
        "/right/depth/image_raw": "16UC1",
    }
)
TWO_INFOS = [f"/{side}/{kind}/camera_info" for side in ("left", "right") for kind in ("color", "depth")]


def test_two_cameras_are_ambiguous_until_one_is_named():
    with pytest.raises(BagError, match=r"/left/color/image_raw \(rgb8\), /right/color/image_raw.*--color-topic"):
        find_topics(TWO_CAMERAS, TWO_INFOS, Topics())
    assert find_topics(TWO_CAMERAS, TWO_INFOS, Topics(color="/right/color/image_raw")) == Topics(
        "/right/color/image_raw", "/right/depth/image_raw", "/right/color/camera_info", "/right/depth/camera_info"
    )


def test_ambiguous_depth_lists_the_candidates():
    available = images(**{"/rgb": "rgb8", "/one/depth": "16UC1", "/two/depth": "16UC1"})
    with pytest.raises(BagError, match=r"may be the depth image: /one/depth \(16UC1\), /two/depth.*--depth-topic"):
        find_topics(available, ["/info"], Topics())


def test_ambiguous_camera_info_lists_the_candidates():
    available = images(**{"/rgb": "rgb8", "/depth": "32FC1"})
    with pytest.raises(BagError, match=r"may be the camera_info of /rgb: /a, /b\. .*--color-info-topic"):
        find_topics(available, ["/a", "/b"], Topics())
    assert find_topics(available, ["/a", "/b"], Topics(color_info="/b")).color_info == "/b"


@pytest.mark.parametrize("field", ["color", "depth", "color_info", "depth_info"])
def test_a_named_topic_must_exist(field):
    with pytest.raises(BagError, match=f"no messages on the {field} topic '/nope'; topics of that type: /camera"):
        find_topics(REALSENSE, REALSENSE_INFOS, Topics(**{field: "/nope"}))


def test_names_win_over_findings():
    named = Topics("/camera/infra1/image_rect_raw", "/camera/depth/image_rect_raw")
    found = find_topics(REALSENSE, REALSENSE_INFOS, named)
    assert found == Topics(
        "/camera/infra1/image_rect_raw",
        "/camera/depth/image_rect_raw",
        "/camera/infra1/camera_info",
        "/camera/depth/camera_info",
    )


def test_an_unreadable_encoding_is_found_by_name():
    """So that the error later names the encoding, not a missing topic."""
    available = images(**{"/camera/color/image_raw": "yuv422_yuy2", "/camera/depth/image_raw": "64FC1"})
    found = find_topics(available, ["/camera/color/camera_info"], Topics())
    assert (found.color, found.depth) == ("/camera/color/image_raw", "/camera/depth/image_raw")

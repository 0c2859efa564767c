# SPDX-License-Identifier: Apache-2.0
"""The node: an RGB-D stream and TF in, a labelled cloud out, for a vocabulary that services change."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from rcl_interfaces.msg import SetParametersResult
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.clock import Clock, JumpThreshold, TimeJump
from rclpy.clock_type import ClockType
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter
from std_srvs.srv import Trigger

from xmask3d_ros.model.checkpoint import load_model
from xmask3d_ros.nodes import interfaces, parameters
from xmask3d_ros.nodes.diagnostics import Diagnostics
from xmask3d_ros.nodes.frames import FrameMaker
from xmask3d_ros.nodes.inputs import Inputs
from xmask3d_ros.nodes.outputs import Outputs, Published
from xmask3d_ros.nodes.pairing import Pairing
from xmask3d_ros.nodes.parameters import NodeConfig
from xmask3d_ros.nodes.reporting import Reporter
from xmask3d_ros.nodes.transforms import Transforms
from xmask3d_ros.nodes.vocabulary_services import NOT_CONFIGURED, VocabularyServices
from xmask3d_ros.nodes.workers import Workers
from xmask3d_ros.pipeline import Segmenter
from xmask3d_ros.vocabulary import LabelRegistry, read_vocabulary

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE


class SegmentNode(LifecycleNode):
    """configure loads the network, activate subscribes and works, deactivate stops, cleanup frees the network.

    All callbacks run in one executor thread and none of them computes: frames are worked on by :class:`Workers`,
    vocabularies by :class:`VocabularyServices`. Only transitions take their time, and a clock that jumps back while the
    node is inactive, if the map is being relabelled just then.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__("xmask3d", **options)
        parameters.declare(self)
        self.add_on_set_parameters_callback(self._check_parameters)
        self.reporter = Reporter(self.get_logger().warning, self.get_logger().error)
        self._labels = LabelRegistry()  # the node's own: names keep their labels when it is configured anew
        self._config: NodeConfig | None = None
        self._segmenter: Segmenter | None = None
        self._outputs: Outputs | None = None
        self._inputs: Inputs | None = None
        self._workers: Workers | None = None
        self._diagnostics: Diagnostics | None = None
        self._transforms = Transforms(self)
        self._vocabulary = VocabularyServices(
            self, self.reporter, lambda: self._segmenter, self._announce, self._publish
        )
        # In a group of its own: what comes in meanwhile is served while it waits for the map.
        group = MutuallyExclusiveCallbackGroup()
        self.create_service(Trigger, interfaces.RESET.name, self._reset, callback_group=group)
        self._diagnostics_publisher = self.create_publisher(
            interfaces.DIAGNOSTICS.kind, interfaces.DIAGNOSTICS.name, interfaces.DIAGNOSTICS.profile()
        )
        # Steady time: the watch goes on when simulated time stands still.
        self._watch = self.create_timer(1.0, self._look, clock=Clock(clock_type=ClockType.STEADY_TIME))
        backward = JumpThreshold(min_forward=None, min_backward=Duration(nanoseconds=-1), on_clock_change=False)
        self._jumps = self.get_clock().create_jump_callback(backward, post_callback=self._clock_jumped)
        self.get_logger().info(
            f"unconfigured; the launch file configures and activates it, as does: "
            f"ros2 lifecycle set {self.get_fully_qualified_name()} configure (then activate)"
        )

    # ------------------------------------------------------------------------------------------------ transitions

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._attempt("configure", self._configure, self._release)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._attempt("activate", lambda: self._activate(state), lambda: self._stop(state))

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._stop(state)
        return SUCCESS

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._release()
        return SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._stop(state)
        self._release()
        return SUCCESS

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self.on_shutdown(state)

    def _attempt(self, name: str, action: Callable[[], None], undo: Callable[[], None]) -> TransitionCallbackReturn:
        """A transition that may fail: then the node is as it was before, and the log says why."""
        try:
            action()
        except Exception as error:
            self.get_logger().error(f"cannot {name}: {error}")
            undo()
            return FAILURE
        return SUCCESS

    def _configure(self) -> None:
        config = parameters.read(self)
        vocabulary = read_vocabulary(config.vocabulary)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        device = device if config.device == "auto" else config.device
        if config.threads:
            torch.set_num_threads(config.threads)
        self.get_logger().info(f"loading the model {config.model} for {device} ...")
        model = load_model(config.model, device, config.precision)
        segmenter = Segmenter(model, vocabulary, config.segmenter, self._labels)
        self._outputs = Outputs(self, segmenter, config.fixed_frame, config.cloud_colors)
        self._pairing: Pairing[Any] = Pairing(round(config.pairing_tolerance * 1e9))
        self.reporter.begin()
        self._config, self._segmenter = config, segmenter
        self.get_logger().info(f"configured: {replace(config, segmenter=segmenter.config)}")

    def _activate(self, state: LifecycleState) -> None:
        super().on_activate(state)  # enables the publishers
        config, segmenter, outputs = self._config, self._segmenter, self._outputs
        self._inputs = inputs = Inputs(self, config, self._pairing, self.reporter, self._pair, self._jumped)
        frames = FrameMaker(inputs.cameras["color"], inputs.cameras["depth"], self._transforms, config.fixed_frame)
        frames.depth_info_expected = inputs.depth_info_expected
        self._workers = Workers(
            segmenter, frames, self.reporter, outputs.publish, config.max_waiting_frames, config.tf_timeout
        )
        self._diagnostics = Diagnostics(self.get_name(), inputs, self._workers, segmenter, self.reporter)
        outputs.announce(again=True)
        if segmenter.map_size()[0] or outputs.last.voxels:
            outputs.publish()  # an empty map too, for viewers that still have one from before a reset
        self._workers.start()
        self._transforms.listen()
        self.get_logger().info(f"active: {inputs.topics}, {inputs.info_topics}, map in '{config.fixed_frame}'")

    def _stop(self, state: LifecycleState) -> None:
        self._transforms.stop()
        if self._inputs is not None:
            self._inputs.destroy()
        if self._workers is not None:
            self._workers.stop()
        self._inputs = self._workers = self._diagnostics = None
        super().on_deactivate(state)  # disables the publishers

    def _release(self) -> None:
        if self._outputs is not None:
            self._outputs.destroy()
        self._outputs = self._segmenter = self._config = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    # -------------------------------------------------------------------------------------------------- callbacks

    def _pair(self, pair: Any) -> None:
        if self._workers is not None:
            self._workers.put(pair)

    def _publish(self) -> None:
        if (outputs := self._outputs) is not None:
            outputs.publish()

    def _announce(self) -> None:
        if (outputs := self._outputs) is not None:
            outputs.announce()

    def _jumped(self, what: str, by_clock: bool = False) -> None:
        """An earlier time begins: the map and all that waits is of a time that is still to come."""
        self.get_logger().warning(f"{what}: clearing map, transforms and waiting frames")
        self._transforms.clear_stale(by_clock)
        if self._workers is not None:
            self._workers.clear("frames of the time before a jump back")
        elif self._segmenter is not None:
            self._segmenter.reset()

    def _clock_jumped(self, jump: TimeJump) -> None:
        if self._segmenter is not None:
            self._pairing.clear()
            self._jumped(f"the clock jumped back by {-jump.delta.nanoseconds / 1e9:.3f} s", by_clock=True)

    def _check_parameters(self, changes: list[Parameter]) -> SetParametersResult:
        return parameters.check_change(changes, unconfigured=self._config is None)

    async def _reset(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        workers, segmenter = self._workers, self._segmenter
        if segmenter is None:
            response.message = NOT_CONFIGURED
            return response
        if workers is None:
            await self._vocabulary.in_thread(segmenter.reset)
        else:
            workers.clear("frames still on their way when the map was reset")
            await self._vocabulary.in_thread(workers.wait_cleared)
        response.success, response.message = True, "the map is empty; vocabulary and labels are kept"
        return response

    def _look(self) -> None:
        if self._inputs is None or self._diagnostics is None or self._outputs is None:
            return
        self._inputs.check_silence()
        published: Published = self._outputs.last
        now = self.get_clock().now().nanoseconds
        self._diagnostics_publisher.publish(self._diagnostics.message(published, now))

    def close(self) -> None:
        """Stop everything and free the network, in whatever state the node is."""
        self.on_shutdown(LifecycleState("", 0))
        self._vocabulary.stop()
        self.destroy_node()

# SPDX-License-Identifier: Apache-2.0
"""The services that set and tell the vocabulary. Encoding words and relabelling take time: a thread does it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.node import Node
from rclpy.task import Future
from xmask3d_msgs.msg import Synonyms
from xmask3d_msgs.srv import GetVocabulary, SetVocabulary

from xmask3d_ros.nodes import interfaces
from xmask3d_ros.nodes.reporting import Reporter
from xmask3d_ros.pipeline import Segmenter, describe_unknown
from xmask3d_ros.vocabulary import Vocabulary, VocabularyError, check

NOT_CONFIGURED = "the node is not configured, so it has no model yet: configure it first (ros2 lifecycle set ...)"


class VocabularyServices:
    """Both services, for the life of the node; requests are served one after the other."""

    def __init__(
        self,
        node: Node,
        reporter: Reporter,
        segmenter: Callable[[], Segmenter | None],
        announce: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        """``segmenter`` gives the present one, if there is one.

        ``announce`` is called when there may be new labels, ``changed`` after each change of the vocabulary.
        """
        self._node, self._reporter, self._segmenter = node, reporter, segmenter
        self._announce, self._changed = announce, changed
        self._thread = ThreadPoolExecutor(1, "vocabulary")
        node.create_service(
            SetVocabulary,
            interfaces.SET_VOCABULARY.name,
            self._set,
            callback_group=MutuallyExclusiveCallbackGroup(),  # its own: others are served meanwhile
        )
        node.create_service(GetVocabulary, interfaces.GET_VOCABULARY.name, self._get)

    async def _set(self, request: SetVocabulary.Request, response: SetVocabulary.Response) -> SetVocabulary.Response:
        try:
            return await self.in_thread(lambda: self._replace(request, response))
        except Exception as error:
            self._reporter.fault("set_vocabulary", error)
            response.success, response.message = False, f"{type(error).__name__}: {error}"
            return response

    def in_thread(self, work: Callable[[], Any]) -> Future:
        """Do something off the executor, which goes on; await the result in a callback."""
        executor = self._node.executor
        future = Future(executor=executor)

        def run() -> None:
            try:
                future.set_result(work())
            except Exception as error:
                future.set_exception(error)
            executor.wake()

        self._thread.submit(run)
        return future

    def _replace(self, request: SetVocabulary.Request, response: SetVocabulary.Response) -> SetVocabulary.Response:
        segmenter = self._segmenter()
        if segmenter is None:
            response.message = NOT_CONFIGURED
            return response
        response.version = segmenter.vocabulary.version
        if request.synonyms and len(request.synonyms) != len(request.classes):
            response.message = (
                f"{len(request.synonyms)} entries of synonyms for {len(request.classes)} classes: "
                "give one entry a class, or none at all"
            )
            return response
        # The first mention of a name counts; check() refuses the others.
        synonyms: dict[str, list[str]] = {}
        for name, entry in zip(request.classes, request.synonyms, strict=False):
            synonyms.setdefault(name, list(entry.words))
        entries, rejected = check(list(request.classes), synonyms)
        response.rejected, response.reasons = list(rejected), list(rejected.values())
        if not entries:
            reasons = "; ".join(response.reasons[:3])
            response.message = f"no class can be used: {reasons}" if rejected else "empty: name at least one class"
            return response
        try:
            segmenter.labels.ids(entry.name for entry in entries)
            self._announce()  # before the words are encoded, so well before the first cloud with a new label
            vocabulary = segmenter.set_vocabulary(Vocabulary(tuple(entries)))
        except VocabularyError as error:
            response.message = str(error)
            return response
        response.success = True
        response.version = vocabulary.version
        response.accepted = list(vocabulary.names)
        response.message = f"{len(entries)} classes in force"
        if rejected:
            response.message += f", {len(rejected)} refused: " + "; ".join(list(rejected.values())[:3])
        if segmenter.unknown_words:
            response.message += f"; {describe_unknown(segmenter.unknown_words)}"
        self._node.get_logger().info(f"vocabulary {vocabulary.version}: {response.message}")
        self._changed()
        return response

    def _get(self, request: GetVocabulary.Request, response: GetVocabulary.Response) -> GetVocabulary.Response:
        segmenter = self._segmenter()
        if segmenter is not None:
            vocabulary = segmenter.vocabulary
            response.version = vocabulary.version
            response.classes = list(vocabulary.names)
            response.synonyms = [Synonyms(words=list(entry.synonyms)) for entry in vocabulary.entries]
            response.ids = segmenter.labels.ids(vocabulary.names)
        return response

    def stop(self) -> None:
        """Finish the request that is being served, and take no more."""
        self._thread.shutdown(wait=True, cancel_futures=True)

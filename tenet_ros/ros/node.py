"""The ROS 2 node: camera topics and sentences in; masks, tracks and status out.

A managed node. Configuring loads the models, activating subscribes and starts the stream,
deactivating stops both. With ``autostart`` it does the first two by itself and starts over when a
model is missing or the stream fails. Threads: callbacks run on the executor and only convert and
hand over; results are published by the stream's own thread, which is joined before any publisher
is destroyed.
"""

from __future__ import annotations

import gc
import logging
import traceback
from collections.abc import Mapping
from typing import Any

from tenet_ros.errors import ContractError, TenetError
from tenet_ros.factory import System, build
from tenet_ros.pipeline import StepResult
from tenet_ros.ros import api
from tenet_ros.ros.api import (
    Clock,
    ClockType,
    LifecycleNode,
    LifecycleState,
    TransitionCallbackReturn,
)
from tenet_ros.ros.autostart import Autostart
from tenet_ros.ros.commands import read_command
from tenet_ros.ros.diagnostics import Diagnostics
from tenet_ros.ros.inputs import Inputs
from tenet_ros.ros.loading import Loading
from tenet_ros.ros.logs import NodeLogHandler
from tenet_ros.ros.notices import Notices
from tenet_ros.ros.outputs import Outputs
from tenet_ros.ros.params import Parameters
from tenet_ros.ros.placing import Placing
from tenet_ros.ros.status import Status
from tenet_ros.runtime.metrics import StreamMetrics
from tenet_ros.runtime.stream import Stream, parse_command
from tenet_ros.types import Command, Frame

__all__ = ['TenetNode']

SUCCESS = TransitionCallbackReturn.SUCCESS
FAILURE = TransitionCallbackReturn.FAILURE
ERROR = TransitionCallbackReturn.ERROR

STOP_TIMEOUT_S = 10.0


class TenetNode(LifecycleNode):
    """The node ``tenet``. Keyword arguments are those of ``rclpy.node.Node``."""

    # rclpy's Node keeps _parameters, _services and the like; the names below keep clear of them.

    def __init__(self, **kwargs: Any) -> None:
        super().__init__('tenet', automatically_declare_parameters_from_overrides=True, **kwargs)
        self._phase, self._fault = '', ''
        self._system: System | None = None
        self._outputs: Outputs | None = None
        self._placing: Placing | None = None
        self._stream: Stream | None = None
        self._command = Command(command_id=0, text='', sentences=())
        self._log_handler = NodeLogHandler(self.get_logger())
        package_log = logging.getLogger('tenet_ros')
        package_log.addHandler(self._log_handler)
        package_log.setLevel(logging.INFO)  # the ROS logger has a level of its own

        self._metrics = StreamMetrics()
        self._notices = Notices(self._warn)
        self._failures = Notices(self._complain)
        self._params = Parameters(
            self,
            report=self._notices.report,
            is_configured=lambda: self._system is not None,
            on_command=self._take_command,
        )
        self._inputs = Inputs(
            self,
            self._params,
            self._notices,
            on_frame=self._take_frame,
            on_command=self._take_command,
            on_camera_info=self._take_camera_info,
        )
        self._status = Status(self)
        self._diagnostics = Diagnostics(
            self, self._params, self._notices, self._metrics, self._inputs, warn=self._warn
        )
        # Real time, also under use_sim_time: a paused simulation must not silence diagnostics. The
        # timer also lets an idle executor notice that it has been told to stop.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(self._params['diagnostics_period_s'], self._on_period, clock=steady)
        self._autostart = Autostart(
            self,
            steady,
            enabled=self._params['autostart'],
            is_configured=lambda: self._system is not None,
        )
        if api.HAVE_RCLPY:  # the standalone runtime has no services
            self.create_service(api.msg('std_srvs/srv/Trigger'), '~/reset', self._on_reset)
        self._take_command(self._params['command'])
        self._enter('UNCONFIGURED')
        self._autostart.begin()

    # rclpy remembers the severity of every line of code that logs, and raises where it changes: so
    # what is said for others is said here, each severity on a line of its own.

    def _warn(self, text: str) -> None:
        self.get_logger().warning(text)

    def _complain(self, text: str) -> None:
        self.get_logger().error(text)

    # Lifecycle. rclpy swallows what a transition raises, so every one ends in a clear line.

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load and warm up the models, and create the publishers of results."""
        del state
        self._fault = ''
        self._enter('INITIALISING')
        try:
            self._system = self._load()
            self._outputs = Outputs(
                self, self._params, self._notices, camera_info=lambda: self._inputs.camera_info
            )
            self._placing = Placing(self, self._params, self._notices, self._metrics)
        except Exception as error:  # noqa: BLE001 - the transition's top frame
            if not api.ok():  # Ctrl-C broke off an import or a build: no fault to report
                return FAILURE
            if isinstance(error, TenetError):
                return self._give_up(f'cannot configure: {error}')
            self.get_logger().error(traceback.format_exc())
            return self._give_up(f'cannot configure: {type(error).__name__}: {error}')
        # What exists now stays: the collector need not walk it again in the middle of a frame.
        gc.collect()
        gc.freeze()
        self._enter('INACTIVE')
        return SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start the stream and subscribe."""
        del state
        try:
            self._start_stream()
            self._inputs.open()
        except TenetError as error:
            self._fault = f'cannot activate: {error}'
            self._failures.report('activate', self._fault)
            return ERROR
        except Exception as error:  # noqa: BLE001 - the transition's top frame
            self._fault = f'cannot activate: {type(error).__name__}: {error}'
            self._failures.report('activate', f'{self._fault}\n{traceback.format_exc()}')
            return ERROR
        self._enter('ACTIVE')
        self.get_logger().info(f'waiting for images on {self._inputs.topic}')
        return SUCCESS

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Unsubscribe and end the stream; the command stays for the next activation."""
        del state
        if not self._close_stream() or self._fault:
            return ERROR
        self._enter('INACTIVE')
        return SUCCESS

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Destroy the publishers of results and free the models."""
        del state
        self._release()
        self._enter('UNCONFIGURED')
        return SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """End the stream and free everything, from any state."""
        del state
        self._autostart.cancel()
        self._close_stream()
        self._release()
        self._enter('FINALIZED')
        return SUCCESS

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free everything; the node can be configured again."""
        del state
        self._close_stream()
        self._release()
        self._enter('ERROR')
        return SUCCESS

    def destroy_node(self) -> None:
        """End the stream, then destroy the node."""
        self._autostart.cancel()
        self._close_stream()
        self._release()
        logging.getLogger('tenet_ros').removeHandler(self._log_handler)
        super().destroy_node()

    def _load(self) -> System:
        """Load and warm up the models; say what is being done for as long as that takes."""
        settings = self._params.settings()

        def tell(doing: str) -> None:
            self._status.tell_phase(self._phase, '', self._command, doing)
            self._diagnostics.publish(self._phase, '', (), doing=doing)

        return Loading(lambda: build(settings)).wait(
            period_s=self._params['diagnostics_period_s'], tell=tell, go_on=api.ok
        )

    def _give_up(self, fault: str) -> TransitionCallbackReturn:
        """Report why a transition cannot be made, and stay where the node is."""
        self._fault = fault
        self._release()
        self._failures.report('configure', fault + self._autostart.outlook)
        self._enter('ERROR')
        return FAILURE

    def _release(self) -> None:
        """Destroy the publishers of results and free the models."""
        if self._placing is not None:
            self._placing.destroy()
            self._placing = None
        if self._outputs is not None:
            self._outputs.close()
            self._outputs = None
        if self._system is not None:
            self._system.close()
            self._system = None
            gc.unfreeze()

    def _on_period(self) -> None:
        """Leave the active state when the stream has failed; publish diagnostics."""
        if self._fault and self._phase == 'ACTIVE':
            self.trigger_deactivate()
            self._autostart.begin_again()
        sessions = self._system.sessions if self._system else ()
        self._diagnostics.publish(self._phase, self._fault, sessions)

    # The stream.

    def _start_stream(self) -> None:
        """Start the stream without tracks and with the present command."""
        assert self._system is not None
        assert self._placing is not None
        pipeline, command = self._system.pipeline, self._command
        pipeline.reset()
        self._placing.open(pipeline)
        pipeline.set_command(command, parse_command(command))
        self._stream = Stream(
            pipeline=pipeline,
            detector=self._system.detector,
            on_result=self._publish,
            on_error=self._on_stream_error,
            wall_ns=lambda: self.get_clock().now().nanoseconds,
            settings=self._params.stream_settings(),
            metrics=self._metrics,
        )
        self._stream.command(command)
        self._stream.start()

    def _close_stream(self) -> bool:
        """Unsubscribe and join the stream; return whether it ended in time."""
        self._inputs.close()
        return self._stop_stream()

    def _stop_stream(self) -> bool:
        """Join the stream after the frame that it is at; return whether it ended in time."""
        if self._stream is not None and not self._stream.stop(STOP_TIMEOUT_S):
            self._fault = f'the stream did not stop within {STOP_TIMEOUT_S:.0f} s'
            self.get_logger().error(self._fault)
            return False
        self._stream = None
        if self._placing is not None and not self._placing.close(STOP_TIMEOUT_S):
            self._fault = f'the spatial lane did not stop within {STOP_TIMEOUT_S:.0f} s'
            self.get_logger().error(self._fault)
            return False
        return True

    def _on_stream_error(self, text: str) -> None:
        """Note why the stream has ended: on one of its threads, so the transition comes later."""
        self._fault = f'the stream has ended: {text}'

    def _on_reset(self, request: Any, response: Any) -> Any:
        """Forget all tracks and decisions; the command stays."""
        del request
        response.success = self._stream is not None and self._stop_stream()
        if response.success:
            self._start_stream()
            response.message = 'tracks and decisions start anew'
        else:
            response.message = self._fault or f'expected an active node, it is {self._phase}'
        return response

    def _take_frame(self, frame: Frame, spent_ns: Mapping[str, int]) -> None:
        if self._stream is not None:
            self._stream.post(frame, spent_ns)

    def _take_camera_info(self, info: Any) -> None:
        if self._placing is not None:
            self._placing.take_camera_info(info)

    def _take_command(self, text: str) -> str:
        """Answer ``text`` from the next frame on; return why not, if it is no good."""
        try:
            command = read_command(
                self._command.command_id + 1, text, self._params['max_command_chars']
            )
        except ContractError as error:
            self._notices.report('command', f'{error}. The command before stays active')
            return str(error)
        if command.sentences != self._command.sentences:
            self._command = command
            self.get_logger().info(f'command {command.command_id}: {text!r}')
            if self._stream is not None:
                self._stream.command(command)
        return ''

    def _publish(self, result: StepResult, frame: Frame) -> None:
        """Publish one result; on the stream's thread, which ends before the publishers do."""
        assert self._outputs is not None
        assert self._placing is not None
        assert self._stream is not None
        age_ms = (self.get_clock().now().nanoseconds - result.stamp_ns) / 1e6
        try:
            self._outputs.publish(result, frame, age_ms)
            self._placing.take_result(result, frame)
            places = self._placing.said(len(result.targets))
            self._status.tell_result(result, age_ms, self._stream.unknown, places)
        except (RuntimeError, TenetError):
            if self.context.ok():
                raise
            # A signal has shut ROS down under the stream, which is about to be told.

    def _enter(self, phase: str) -> None:
        """Say on ``~/status`` where the node is; results speak for it while it is active."""
        self._phase = phase
        self._status.tell_phase(phase, self._fault, self._command)

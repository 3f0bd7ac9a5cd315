"""The node over DDS, as a robot sees it. Its detector sees squares; all else is as shipped."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenet_ros.ros import api

FAST = {'diagnostics_period_s': 0.1}


def test_a_mask_with_the_very_stamp_and_frame_of_its_image(run_node, robot):
    run_node(command='the dog')
    me = robot(outputs=('status', 'mask'))
    me.wait_for_node()
    picture = me.squares(red=100, blue=220)
    me.follow(picture)
    message = me.answer(picture, 'mask')
    assert message.header.frame_id == 'optical'
    assert (message.encoding, message.height, message.width) == ('mono8', 240, 320)
    mask = me.mask_of(message)
    assert set(np.unique(mask)) == {0, 255}
    assert (mask[80:140, 100:160] == 255).mean() > 0.8
    assert (mask == 255).sum() < 1.3 * 3600


def test_every_output_of_the_interface_answers_every_frame(run_node, robot):
    run_node(command='the dog; the cat')
    me = robot(
        outputs=(
            *('status', 'mask', 'png', 'mask_info', 'labels', 'tracks', 'target'),
            *('overlay', 'overlay_jpeg', 'label_info'),
        )
    )
    me.wait_for_node()
    me.calibrate(240, 320)
    picture = me.squares(red=100, blue=220)
    me.follow(picture)
    status = me.answer(picture)
    stamp = me.stamp_of(status)
    heard = {key: me.stamped(stamp, key) for key in me.heard if key != 'label_info'}
    mask = me.mask_of(heard['mask'])
    np.testing.assert_array_equal(me.decode(heard['png'], cv2.IMREAD_UNCHANGED), mask)
    assert (heard['mask_info'].height, heard['mask_info'].width) == (240, 320)
    assert list(heard['mask_info'].k)[:3] == [100.0, 0.0, 160.0]
    labels = api.as_bytes_view(heard['labels'].data).view('<u2').reshape(240, 320)
    assert (labels[110, 130], labels[110, 250], labels[0, 0]) == (1, 2, 0)
    np.testing.assert_array_equal(labels > 0, mask > 0)
    said = me.spin_until(lambda: me.heard['label_info'])[-1]
    slots = {c.class_id: c.class_name for c in said.class_map}
    assert slots == {1: 'the dog', 2: 'the cat'}
    targets = heard['target'].detections
    assert [d.results[0].hypothesis.class_id for d in targets] == ['the dog', 'the cat']
    assert {d.id for d in targets} == {d.id for d in heard['tracks'].detections}
    assert targets[0].bbox.center.position.x == pytest.approx(130, abs=4)
    assert heard['overlay'].encoding == 'rgb8'
    assert me.decode(heard['overlay_jpeg'], cv2.IMREAD_COLOR).shape == (240, 320, 3)
    values = me.values(status)
    assert (values['1.state'], values['2.state']) == ('COMMITTED', 'COMMITTED')
    assert {m.header.frame_id for k, m in heard.items() if k != 'status'} == {'optical'}


def test_a_new_command_never_labels_an_old_frame(run_node, robot):
    run_node(command='the dog')
    me = robot(outputs=('status', 'mask', 'label_info'))
    me.wait_for_node()
    picture = me.squares(red=20, blue=220)
    first = me.values(me.follow(picture))
    me.say('the cat')
    second = me.spin_until(
        lambda: (
            [s for s in me.heard['status'] if me.values(s)['command'] == 'the cat']
            or me.answer(picture) is None
        )
    )
    assert int(me.values(second[0])['command_id']) == int(first['command_id']) + 1
    status = me.follow(picture)
    mask = me.answer(picture, 'mask')
    assert me.values(status)['text'] == 'the cat'
    assert me.mask_of(mask)[110, 250] == 255
    assert me.mask_of(mask)[110, 50] == 0
    pairs = {(me.values(s)['command_id'], me.values(s)['command']) for s in me.heard['status']}
    assert len(pairs) == len({command_id for command_id, _ in pairs})
    named = lambda: me.heard['label_info'][-1].class_map[0].class_name  # noqa: E731
    me.spin_until(lambda: named() == 'the cat')


def test_an_object_out_of_sight_is_lost_with_an_empty_mask(run_node, robot):
    run_node(command='the dog', tracker__max_unseen_s=0.2)
    me = robot(outputs=('status', 'mask'))
    me.wait_for_node()
    me.follow(me.squares(red=100))
    lost = me.stamp_of(me.follow(me.squares(), 'LOST'))
    assert not me.mask_of(me.stamped(lost, 'mask')).any()


def test_bad_images_cost_one_line_each_and_nothing_else(run_node, robot, capfd):
    run_node(command='the dog', **FAST)
    me = robot(outputs=('status', 'mask'))
    me.wait_for_node()
    picture = me.squares(red=100)
    me.answer(picture)
    bad = api.Header(stamp=api.TimeMessage(sec=1, nanosec=2**32 - 1))
    for changes in 3 * [
        {'encoding': 'mystery'},
        {'step': 7},
        {'height': 0},
        {'height': 239},
        {'header': bad},
    ]:
        me.show(picture, **changes)
        me.answer(picture)

    def settled(values):  # the last answer is out before it is counted
        done = int(values.get('frames_out', 0)) + int(values.get('drops', 0))
        return values.get('rejected_image_stamp') == '3' and int(values['frames_in']) == done

    values = me.values(me.diagnosis(settled))
    kinds = ('encoding', 'step', 'size', 'data', 'stamp')
    assert [values[f'rejected_image_{kind}'] for kind in kinds] == ['3'] * 5
    logged = capfd.readouterr().err
    for words in ("got 'mystery'", 'got 7', 'got 320 x 0', 'step * height', 'nanosec'):
        assert logged.count(words) == 1


def test_bad_commands_leave_the_one_before(run_node, robot, capfd):
    run_node(command='the dog', **FAST)
    me = robot()
    me.wait_for_node()
    picture = me.squares(red=100)
    me.follow(picture)
    me.say('dog ' * 2_500_000)
    me.say('; '.join(f'the dog number {i}' for i in range(40)))
    me.commands.publish(b'\x00\x01\x00\x00\x05\x00\x00\x00\xff\xfe\xfd\xfc\x00\x00\x00\x00')
    count = lambda v: int(v.get('rejected_command', 0)) + int(v.get('rejected_undecodable', 0))  # noqa: E731
    me.diagnosis(lambda v: count(v) == 3)
    assert me.values(me.answer(picture))['command'] == 'the dog'
    logged = capfd.readouterr().err
    assert logged.count('at most 1000 characters, got 10000000') == 1
    assert len(max(logged.splitlines(), key=len)) < 1000


def test_an_empty_command_clears(run_node, robot):
    run_node(command='the dog')
    me = robot()
    me.wait_for_node()
    me.follow(me.squares(red=100))
    me.say(' ; ')
    me.follow(me.squares(red=100), 'IDLE')
    assert not me.mask_of(me.answer(me.squares(red=100), 'mask')).any()


def test_a_noun_that_the_detector_cannot_know_is_told(run_node, robot):
    run_node(command='the unicorn')
    me = robot()
    me.wait_for_node()
    status = me.spin_until(
        lambda: (
            [s for s in me.heard['status'] if me.values(s).get('unknown')]
            or me.answer(me.squares(red=9)) is None
        )
    )[-1]
    assert me.values(status)['unknown'] == 'unicorn'
    assert 'unicorn' in status.message
    assert status.level == api.DiagnosticStatus.WARN


def test_a_camera_that_stops_is_missed_and_followed_again(run_node, robot, capfd):
    run_node(command='the dog', image_timeout_s=0.3, **FAST)
    me = robot()
    me.wait_for_node()
    me.follow(me.squares(red=100))
    me.spin_until(lambda: 'no image' in me.health().message)
    assert me.health().level == api.DiagnosticStatus.WARN
    me.follow(me.squares(red=100))
    me.spin_until(lambda: me.health().level == api.DiagnosticStatus.OK)
    said = capfd.readouterr()
    assert '/image: 1 publisher(s) but no image' in said.err
    assert (said.out + said.err).count('/image: 320 x 240 images come') == 2, 'first, and again'


def test_a_camera_may_change_its_resolution(run_node, robot):
    run_node(command='the dog')
    me = robot()
    me.wait_for_node()
    me.follow(me.squares(red=100))
    bigger = me.squares(red=100, size=(480, 640))
    message = me.answer(bigger, 'mask')
    assert (message.height, message.width) == (480, 640)
    me.follow(bigger)


def test_stamps_that_start_over_start_the_stream_over(run_node, robot):
    run_node(command='the dog', **FAST)
    me = robot()
    me.wait_for_node()
    picture = me.squares(red=100)
    me.follow(picture)
    back = me.stamp_of(me.answer(picture)) - 60 * 10**9
    assert me.values(me.answer(picture, stamp_ns=back))['state'] != 'COMMITTED'
    me.diagnosis(lambda v: v.get('stream_restarts') == '1')
    late = me.show(picture, stamp_ns=back - 10**8)
    me.answer(picture, stamp_ns=back + 10**9)
    assert late not in [me.stamp_of(s) for s in me.heard['status']]


def test_a_camera_that_does_not_stamp_its_images_is_named(run_node, robot):
    run_node(**FAST)
    me = robot()
    me.wait_for_node()
    stamp_ns = me.show(me.squares())
    me.spin_until(
        lambda: me.show(me.squares(), stamp_ns=stamp_ns) and 'do not advance' in me.health().message
    )
    assert me.health().level == api.DiagnosticStatus.WARN


def test_two_cameras_on_one_topic_are_noticed(run_node, robot):
    run_node(**FAST)
    me = robot()
    me.wait_for_node()

    def show_both():
        stamp_ns = me.show(me.squares())
        me.show(me.squares(), stamp_ns=stamp_ns - 100_000_000)

    me.spin_until(lambda: show_both() or 'one camera publishes here' in me.health().message)
    assert me.health().level == api.DiagnosticStatus.WARN


def test_a_second_node_of_the_same_name_is_noticed(run_node, robot):
    run_node(**FAST)
    me = robot()
    me.wait_for_node()
    me.spin_until(lambda: me.health().level == api.DiagnosticStatus.OK and me.health().message)
    twin = api.Node('tenet')
    me.spin_until(lambda: 'another node is called /tenet' in me.health().message)
    assert me.health().level == api.DiagnosticStatus.WARN
    twin.destroy_node()
    me.spin_until(lambda: 'another node' not in me.health().message)


def test_a_calibration_of_another_size_is_not_passed_on(run_node, robot, capfd):
    run_node(command='the dog')
    me = robot(outputs=('status', 'mask_info'))
    me.wait_for_node()
    picture = me.squares(red=100)
    me.calibrate(480, 640)
    for _ in range(5):
        me.answer(picture)
    assert not me.heard['mask_info']
    me.calibrate(480, 640, binning_x=2, binning_y=2)
    me.spin_until(lambda: me.heard['mask_info'] or me.answer(picture) is None)
    assert capfd.readouterr().err.count('got one of 640 x 480') == 1


def test_compressed_images_come_on_the_remapped_name(run_node, robot):
    run_node(command='the dog', image_transport='compressed', remap=('image:=/front/image_raw',))
    me = robot(image='/front/image_raw')
    me.wait_for_node(greet=False)
    picture = me.squares(red=100)
    found = me.spin_until(
        lambda: me.show_jpeg(picture) and [m for m in me.heard['mask'] if me.mask_of(m).any()]
    )
    assert me.mask_of(found[0])[110, 130] == 255


def test_rates_can_be_limited(run_node, robot):
    run_node(max_rate_hz=0.001, **FAST)
    me = robot()
    me.wait_for_node()
    for _ in range(5):
        me.show(me.squares())
    seen = len(me.diagnostics)
    me.spin_until(lambda: len(me.diagnostics) > seen + 1)
    values = me.values(me.health())
    assert values['frames_in'] == '1'


def test_diagnostics_say_what_runs_and_how_well(run_node, robot):
    run_node(command='the dog', **FAST)
    me = robot()
    me.wait_for_node()
    me.follow(me.squares(red=100))
    values = me.values(me.diagnosis(lambda v: float(v['out_hz']) > 0))
    wanted = {'in_hz', 'out_hz', 'drops', 'stamp_age_ms_p50', 'stamp_age_ms_p99', 'rss_mb'}
    wanted |= {'engines', 'device', 'state', 'preset', 'stage_convert_ms_p95', 'overhead_ms_p50'}
    assert wanted <= values.keys()
    assert float(values['rss_mb']) > 10
    assert values['state'] == 'ACTIVE'


def test_a_real_detector_finds_a_dog_in_a_real_recording(
    run_node, robot, shared_data, shared_models
):
    run_node(command='the dog', model=str(shared_models / 'yolox_nano_416.onnx'))
    me = robot()
    me.wait_for_node()
    clip = shared_data / 'rvos' / 'davis17_dogs-jump_240p' / 'JPEGImages'
    picture = cv2.cvtColor(cv2.imread(str(min(clip.glob('*.jpg')))), cv2.COLOR_BGR2RGB)
    stamp = me.stamp_of(me.follow(picture, timeout_s=60.0))
    mask = me.stamped(stamp, 'mask')
    assert 0.001 < (me.mask_of(mask) == 255).mean() < 0.5


def test_a_model_that_is_damaged_is_named(run_node, robot, tmp_path, capfd):
    damaged = tmp_path / 'damaged.onnx'
    damaged.write_bytes(b'not a model')
    run_node(model=str(damaged), **FAST)
    me = robot()
    me.spin_until(lambda: me.health().level == api.DiagnosticStatus.ERROR)
    assert 'damaged.onnx' in me.health().message
    assert me.values(me.health())['state'] == 'ERROR'
    assert capfd.readouterr().err.count('damaged.onnx') == 1

"""What the mouse does on the lanes: drag selects, an edge can be dragged, click sets the play head, wheel moves."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtWidgets import QGraphicsSceneWheelEvent

from desktop_app.annotation.annotations import Annotation
from desktop_app.services.session import Selection, Session
from desktop_app.ui.lane import LaneBox
from desktop_app.ui.view_state import ViewState

GRIP_PIXELS = 6
BOX_PIXELS = 12
"""A drag on the spectrogram higher than this selects a band too."""
WHEEL_PAN = 0.1
WHEEL_ZOOM = 1.25


@dataclass(frozen=True)
class Point:
    """A place under the pointer."""

    at_s: float
    hz: float | None
    """None on a waveform."""


class Gestures(QObject):
    """Turns mouse events of all lanes into changes of the session and the view. GUI thread."""

    touched = Signal()
    """The sound was clicked, or a drag over it has begun."""
    play_requested = Signal(float, object)
    """Onset in seconds, and offset in seconds or None for as far as it goes."""
    pointed = Signal(object, object)
    """The LaneBox and the Point under the pointer, or None and None when it has left."""
    grips_changed = Signal(object)
    """The cursor shape that says what a drag would take hold of."""
    annotation_clicked = Signal(object, bool)
    """The Annotation under a click, and whether it is to join those that are selected (Ctrl)."""
    nothing_clicked = Signal()
    """A click where there is no annotation."""
    reshaped = Signal(object)
    """An edge of the selection has been dragged to its place: the Selection as it is now."""

    def __init__(self, session: Session, view: ViewState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._view = view
        self.annotation_at: Callable[[LaneBox, QPointF], Annotation | None] = lambda _lane, _place: None
        """Finds what is under a point of the scene; set by who shows annotations."""
        self.wheel_zooms = False
        """Whether the wheel zooms and with Ctrl scrolls, not the other way round."""
        self.rest_at: Callable[[LaneBox, float], float] = lambda _lane, at_s: at_s
        """Finds where an edge comes to rest that is dragged to a time in a lane; set by who knows the samples."""
        self._grip = ""
        self._held: Selection | None = None
        self._before_click: Selection | None = None

    def drag(self, lane: LaneBox, event: Any) -> None:
        """Left: make a selection or move its edge. Middle: move the view."""
        if not self._view.frames:
            return
        if event.button() == Qt.MouseButton.MiddleButton:
            event.accept()
            width = max(lane.rect().width(), 1.0)
            self._view.pan(-(event.scenePos().x() - event.lastScenePos().x()) / width * self._view.span_s)
        elif event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            if event.isStart():
                self.touched.emit()
            self._drag_selection(lane, event)

    def click(self, lane: LaneBox, event: Any) -> None:
        """Click: put the play head here, and select the annotation. Shift: select up to here. Double: play."""
        if event.button() != Qt.MouseButton.LeftButton or not self._view.frames:
            return
        event.accept()
        self.touched.emit()
        point = self._point(lane, event.scenePos())
        if event.double():
            self._play(point)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            anchor = self._far_end(point.at_s)
            self._session.selection = Selection.between(anchor, self.rest_at(lane, point.at_s))
        elif (annotation := self.annotation_at(lane, event.scenePos())) is not None:
            self.annotation_clicked.emit(annotation, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
            self._before_click = self._session.selection
            self._session.play_head_s = point.at_s
        else:
            self._before_click = self._session.selection
            self._session.selection = None
            self._session.play_head_s = point.at_s
            self.nothing_clicked.emit()

    def hover(self, lane: LaneBox, event: Any) -> None:
        """Tell what is under the pointer, and show what a drag would take hold of."""
        if event.isExit() or not self._view.frames:
            self.pointed.emit(None, None)
            return
        event.acceptDrags(Qt.MouseButton.LeftButton)
        event.acceptClicks(Qt.MouseButton.LeftButton)
        self.pointed.emit(lane, self._point(lane, event.scenePos()))
        self.grips_changed.emit(_CURSORS[self._grip_at(lane, event.scenePos())])

    def wheel(self, lane: LaneBox, event: QGraphicsSceneWheelEvent) -> None:
        """Zoom at the pointer, or move in time, as `wheel_zooms` says; Ctrl does the other, and Shift always moves."""
        notches = event.delta() / 120
        if not self._view.frames:
            return
        with_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        with_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if with_ctrl != self.wheel_zooms and not with_shift:
            self._view.zoom(WHEEL_ZOOM**-notches, self._point(lane, event.scenePos()).at_s)
        else:
            self._view.pan(-notches * WHEEL_PAN * self._view.span_s)

    def _point(self, lane: LaneBox, scene_pos: Any) -> Point:
        across, up = lane.fraction_at(scene_pos)
        at_s = min(max(self._view.start_s + across * self._view.span_s, 0.0), self._view.duration_s)
        hz = self._view.axis.frequency(min(max(up, 0.0), 1.0)) if lane.has_frequency else None
        return Point(at_s, hz)

    def _edge(self, lane: LaneBox, scene_pos: Any) -> Point:
        """Return where an edge comes to rest that is dragged to a place."""
        point = self._point(lane, scene_pos)
        return replace(point, at_s=self.rest_at(lane, point.at_s))

    def _drag_selection(self, lane: LaneBox, event: Any) -> None:
        if event.isStart():
            self._grip = self._grip_at(lane, event.buttonDownScenePos())
            self._held = self._session.selection
        begin, now = (self._edge(lane, place) for place in (event.buttonDownScenePos(), event.scenePos()))
        if self._grip and self._held is not None:
            self._session.selection = _moved(self._held, self._grip, now)
            if event.isFinish():
                self.reshaped.emit(self._session.selection)
            return
        is_box = abs(event.scenePos().y() - event.buttonDownScenePos().y()) > BOX_PIXELS
        if is_box and lane.has_frequency:
            self._session.selection = Selection.between(begin.at_s, now.at_s, begin.hz, now.hz)
        else:
            self._session.selection = Selection.between(begin.at_s, now.at_s)

    def _grip_at(self, lane: LaneBox, scene_pos: Any) -> str:
        """Return which edges of the selection lie at a place: of onset, offset, low, high; empty: none."""
        selection = self._session.selection
        if selection is None:
            return ""
        rect, point = lane.rect(), lane.mapFromScene(scene_pos)
        left, right = ((at_s - self._view.start_s) / self._view.span_s * rect.width() for at_s in _times(selection))
        sides = _nearest(point.x(), onset=left, offset=right)
        if not lane.has_frequency or selection.low_hz is None or selection.high_hz is None:
            return sides
        bottom, top = (
            (1 - self._view.axis.position(hz)) * rect.height() for hz in (selection.low_hz, selection.high_hz)
        )
        if not top - GRIP_PIXELS <= point.y() <= bottom + GRIP_PIXELS:
            return ""
        heights = _nearest(point.y(), low=bottom, high=top)
        if not left - GRIP_PIXELS <= point.x() <= right + GRIP_PIXELS:
            return ""
        return " ".join(part for part in (sides, heights) if part)

    def _far_end(self, at_s: float) -> float:
        """Return where a selection that is extended to `at_s` begins: its far edge, or the play head."""
        selection = self._session.selection
        if selection is None:
            return self._session.play_head_s
        nearer_onset = abs(at_s - selection.onset_s) < abs(at_s - selection.offset_s)
        return selection.offset_s if nearer_onset else selection.onset_s

    def _play(self, point: Point) -> None:
        """Play the selection under a double-click, which the first of the two clicks has cleared; else from there."""
        selection, self._before_click = self._before_click, None
        if selection is not None and selection.onset_s <= point.at_s <= selection.offset_s:
            self._session.selection = selection
            self.play_requested.emit(selection.onset_s, selection.offset_s)
        else:
            self.play_requested.emit(point.at_s, None)


_CURSORS = {
    "": Qt.CursorShape.ArrowCursor,
    "onset": Qt.CursorShape.SizeHorCursor,
    "offset": Qt.CursorShape.SizeHorCursor,
    "low": Qt.CursorShape.SizeVerCursor,
    "high": Qt.CursorShape.SizeVerCursor,
    "onset high": Qt.CursorShape.SizeFDiagCursor,
    "offset low": Qt.CursorShape.SizeFDiagCursor,
    "onset low": Qt.CursorShape.SizeBDiagCursor,
    "offset high": Qt.CursorShape.SizeBDiagCursor,
}


def _times(selection: Selection) -> tuple[float, float]:
    return selection.onset_s, selection.offset_s


def _nearest(at: float, **edges: float) -> str:
    """Return the name of the nearest edge within reach, or nothing."""
    name = min(edges, key=lambda each: abs(at - edges[each]))
    return name if abs(at - edges[name]) <= GRIP_PIXELS else ""


def _moved(held: Selection, grip: str, now: Point) -> Selection:
    """Return `held` with the edges named in `grip` at the pointer; an edge dragged past the other swaps with it."""
    ends = {"onset": held.onset_s, "offset": held.offset_s, "low": held.low_hz, "high": held.high_hz}
    for name in grip.split():
        ends[name] = now.at_s if name in ("onset", "offset") else now.hz
    onset, offset = ends["onset"], ends["offset"]
    assert onset is not None and offset is not None
    moved = Selection.between(onset, offset, ends["low"], ends["high"])
    return moved if held.low_hz is not None else replace(moved, low_hz=None, high_hz=None)

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QWidget

from mailbox_desk.ui.flow import Flow


def boxes(flow: Flow, count: int) -> list[QWidget]:
    made = [QWidget() for _ in range(count)]
    for each in made:
        each.setFixedSize(100, 20)
        flow.addWidget(each)
    return made


def test_what_no_longer_fits_begins_the_next_line(qapp: QApplication) -> None:
    host = QWidget()
    flow = Flow(host, gap=10)
    made = boxes(flow, 3)
    host.resize(220, 100)
    host.show()
    qapp.processEvents()
    assert [(each.x(), each.y()) for each in made] == [(0, 0), (110, 0), (0, 30)]
    assert flow.heightForWidth(220) == 50
    assert flow.heightForWidth(400) == 20
    assert flow.minimumSize().width() == 100
    host.close()


def test_hidden_ones_take_no_room(qapp: QApplication) -> None:
    host = QWidget()
    flow = Flow(host, gap=10)
    made = boxes(flow, 3)
    made[0].hide()
    host.resize(220, 100)
    host.show()
    qapp.processEvents()
    assert (made[1].x(), made[2].x()) == (0, 110)
    assert flow.heightForWidth(220) == 20
    host.close()


def test_taken_out_it_is_gone() -> None:
    host = QWidget()
    flow = Flow(host)
    boxes(flow, 1)
    assert flow.takeAt(0) is not None
    assert (flow.takeAt(0), flow.itemAt(0), flow.count()) == (None, None, 0)

"""Every deliberate fault can be planted: its text is in its file, and its tests are there."""

from faults import FAULTS, ROOT
from looping import each


@each("fault", {fault.name: fault for fault in FAULTS})
def test_a_fault_can_be_planted(fault):
    assert fault.old != fault.new
    assert fault.old in (ROOT / fault.path).read_text("utf-8")
    files = [test for test in fault.tests if not test.startswith("--")]
    assert files
    assert all((ROOT / file).is_file() for file in files)

from shutil import copytree
from qc.run import run


def test_a_good_build_passes(good):
    report = run(good.folder)
    copytree(good.folder, "/tmp/qc-eng/good", dirs_exist_ok=True)
    for c in report.checks:
        print(c.verdict, c.name, c.summary)
    assert report.verdict == "pass"
